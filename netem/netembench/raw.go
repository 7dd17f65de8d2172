package netembench

import (
	"context"
	"time"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

// raw is a link that also carries packets of the bench. With them the emulation is measured alone, without the TCP above
// it. pump.Wire says what the methods do.
type raw interface {
	netem.Link
	SendRaw(from netem.End, packet []byte)
	ReceiveRaw(at netem.End, got func(packet []byte))
}

// rawHeader is how many bytes of a raw packet the sender does not choose.
const rawHeader = 20

// stuck is how long a link may carry nothing before a section gives up.
const stuck = 10 * time.Second

// withRaw is with for links that carry raw packets.
func (open Opener) withRaw(n study.Network, seed uint64, do func(raw) error) error {
	return open.seeded(n, seed, func(link netem.Link) error {
		r, ok := link.(raw)
		if !ok {
			return errNotRaw
		}
		return do(r)
	})
}

// errNotRaw says that a link carries no raw packets.
var errNotRaw = bench.Unable{Why: "links of this kind carry no packets but TCP's"}

// arrived returns how many packets a link has delivered and dropped in the direction away from an end.
func arrived(link netem.Link, from netem.End) (delivered, dropped int64) {
	c := link.Counters()
	if from == netem.Far {
		return c.PacketsDown, c.DropsDown
	}
	return c.PacketsUp, c.DropsUp
}

// settle waits until no packet that was sent from an end is on its way any more.
func settle(ctx context.Context, link netem.Link, from netem.End, sent int64) (delivered, dropped int64, err error) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	giveUp := time.Now().Add(stuck)
	for {
		delivered, dropped = arrived(link, from)
		switch {
		case delivered+dropped >= sent:
			return delivered, dropped, nil
		case time.Now().After(giveUp):
			return delivered, dropped, errStuck
		}
		select {
		case <-ctx.Done():
			return delivered, dropped, context.Cause(ctx)
		case <-tick.C:
		}
	}
}
