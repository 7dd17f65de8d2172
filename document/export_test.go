package document

import "vmstudy/study/instrument"

// ReadDraft reads an instrument without checking it.
func ReadDraft(content []byte) (instrument.Instrument, []Fault) {
	r := &reader{}
	in, _ := readDraft(content, r)
	return in, r.faults
}
