package document_test

import (
	"bytes"
	"testing"

	"vmstudy/document"
)

func FuzzRead(f *testing.F) {
	f.Add([]byte(document.Write(example())))
	f.Add([]byte("format: 2\nnetworks: [{name: a, rtt_ms: 1.5}]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, faults := document.Read(text)
		if len(faults) > 0 {
			return
		}
		written := document.Write(d)
		again, faults := document.Read([]byte(written))
		if len(faults) > 0 || document.Write(again) != written {
			t.Errorf("%v in what was written:\n%s", faults, written)
		}
		if bytes.ContainsRune([]byte(written), '\r') {
			t.Errorf("a carriage return in %q", written)
		}
	})
}
