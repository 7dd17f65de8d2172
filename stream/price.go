package stream

import (
	"slices"

	"vmstudy/stream/wire"
)

// priceRun is how many chunks are priced together: as many as a flight has on a common link, so
// that what each costs to announce is in it.
const priceRun = 8

// Price notes at each access of t what its chunk costs on the wire where the others went before
// it. The trace must be of what the origin serves.
func (o *Origin) Price(t Trace) error {
	var sent count
	w, err := newAnswerWriter(&sent)
	if err != nil {
		return err
	}
	for run := range slices.Chunk(t.Accesses, priceRun) {
		r, before := wire.Read{}, sent
		for _, a := range run {
			r.Chunks = append(r.Chunks, a.Chunk)
		}
		if err := o.answer(w, r, Bundle{}); err != nil {
			return err
		}
		for i := range run {
			run[i].Cost = max(1, int(sent-before)/len(run))
		}
	}
	return nil
}

// count counts what is written to it, in bytes.
type count int64

func (n *count) Write(p []byte) (int, error) {
	*n += count(len(p))
	return len(p), nil
}
