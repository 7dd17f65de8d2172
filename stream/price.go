package stream

import (
	"slices"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

// priceRun is how many chunks are compressed and counted together: as many as one read asks for on a usual link. So their share
// of the messages is counted, too.
const priceRun = 8

// Price notes at each access of t how many bytes its chunk takes on the wire, if the chunks before it in t were sent before. The
// trace must be of the origin's content.
func (o *Origin) Price(t forecast.Trace) error {
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

// count is a writer that counts bytes.
type count int64

func (n *count) Write(p []byte) (int, error) {
	*n += count(len(p))
	return len(p), nil
}
