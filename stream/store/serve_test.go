package store_test

import (
	"bytes"
	"io"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/streamtest"
)

func TestAnOriginServesFromTheStoreAndNobodyAsksForZeros(t *testing.T) {
	memory := append(streamtest.Pages(1, mib), make([]byte, mib)...)
	s := open(t, t.TempDir())
	ix := pack(t, s, "demo", streamtest.Source("memory", memory))
	near := streamtest.Open(t, streamtest.Origin(t, s.Sources(ix)...), stream.Options{})
	got, err := io.ReadAll(io.NewSectionReader(near.Images()[0], 0, near.Images()[0].Size))
	if err != nil || !bytes.Equal(got, memory) {
		t.Errorf("reading a packed image over the wire: %v, equal %v", err, bytes.Equal(got, memory))
	}
	filled := 0
	for range ix.Images[0].Chunks() {
		filled++
	}
	if asked := near.Stats().Demanded; asked != filled {
		t.Errorf("%d chunks were asked for, want the %d that hold anything", asked, filled)
	}
}
