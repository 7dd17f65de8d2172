package netemtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/pump"
	"vmstudy/study"
)

// PacketLink is a link over which packets can be sent without TCP. pump.Wire says what the methods do.
type PacketLink interface {
	netem.Link
	SendRaw(from netem.End, packet []byte)
	ReceiveRaw(at netem.End, got func(packet []byte))
}

// TestPackets tests what every link must do that has a pump.Wire. open is as in Test, but may return an error, registers
// no Close, and gives each link the same seed.
func TestPackets(t *testing.T, open func(t *testing.T, n study.Network) (PacketLink, error)) {
	must := func(t *testing.T, n study.Network) PacketLink {
		t.Helper()
		link, err := open(t, n)
		if err != nil {
			t.Fatalf("open link: %v", err)
		}
		t.Cleanup(func() { link.Close() })
		return link
	}
	for name, test := range map[string]func(*testing.T, func(*testing.T, study.Network) PacketLink){
		"RawPacketsTravelLikeAllOthers":   testRaw,
		"TrainsTakeTheirTime":             testTrain,
		"ALinkReplaysATrace":              testTrace,
		"DropsAreCountedByTheirCause":     testCauses,
		"TheSeedDecidesWhichPacketIsLost": testSeed,
	} {
		t.Run(name, func(t *testing.T) { test(t, must) })
	}
	t.Run("NewRefusesWhatIsNotThereOrNotValid", func(t *testing.T) {
		if _, err := open(t, study.Network{TraceUp: "nowhere"}); !errors.Is(err, study.ErrNotFound) {
			t.Errorf("a new link with a trace that is not there: %v, want study.ErrNotFound", err)
		}
		if _, err := open(t, study.Network{Loss: 1}); !errors.Is(err, study.ErrInvalid) {
			t.Errorf("a new link that loses everything: %v, want study.ErrInvalid", err)
		}
	})
}

func testRaw(t *testing.T, open func(*testing.T, study.Network) PacketLink) {
	l := open(t, study.Network{Down: 12 * study.Mbps, Up: 6 * study.Mbps, RTT: 20 * time.Millisecond})
	for name, test := range map[string]struct {
		from, to netem.End
		least    time.Duration // 10 ms, plus the time to send a full packet
	}{
		"down": {netem.Far, netem.Near, 11 * time.Millisecond},
		"up":   {netem.Near, netem.Far, 12 * time.Millisecond},
	} {
		came := make(chan []byte, 1)
		l.ReceiveRaw(test.to, func(packet []byte) { came <- packet })
		packet := make([]byte, study.PacketSize)
		packet[pump.RawHeader] = 42
		sent := time.Now()
		l.SendRaw(test.from, packet)
		got := await(t, "a packet "+name, came)
		if took := time.Since(sent); took < test.least || len(got) != study.PacketSize || got[pump.RawHeader] != 42 {
			t.Errorf("%s: %d bytes came after %v, want all of what was sent, not before %v", name, len(got), took, test.least)
		}
		l.ReceiveRaw(test.to, nil)
	}
	if c := l.Counters(); c.PacketsDown != 1 || c.PacketsUp != 1 || c.BytesUp != study.PacketSize {
		t.Errorf("two packets were counted as %+v", c)
	}
}

// testTrain measures the rate and the delay of a link with packets that are not TCP's. So no window slows them down, and
// it is known exactly when the last packet of a train arrives.
func testTrain(t *testing.T, open func(*testing.T, study.Network) PacketLink) {
	n := study.Network{Down: 12 * study.Mbps, Up: 6 * study.Mbps, RTT: 20 * time.Millisecond, Queue: trainLength}
	l := open(t, n)
	for _, d := range []study.Direction{study.Downward, study.Upward} {
		eventually(t, func(ctx context.Context) (finding, error) { return train(ctx, l, n, d) })
	}
}

// trainLength is how many packets a train has. The queue has room for all of them.
const trainLength = 40

// train finds out whether full packets that are sent at once in one direction all arrive in time.
func train(ctx context.Context, l PacketLink, n study.Network, d study.Direction) (finding, error) {
	const packets = trainLength
	from := netem.Far
	if d == study.Upward {
		from = netem.Near
	}
	came := make(chan time.Time, packets)
	l.ReceiveRaw(1-from, func([]byte) { came <- time.Now() })
	defer l.ReceiveRaw(1-from, nil)
	sent := time.Now()
	for range packets {
		l.SendRaw(from, make([]byte, study.PacketSize))
	}
	var last time.Time
	for i := range packets {
		select {
		case last = <-came:
		case <-ctx.Done():
			return finding{}, fmt.Errorf("packet %d of %d %s: %w", i+1, packets, d, context.Cause(ctx))
		}
	}
	want := n.RTT/2 + time.Duration(packets*study.PacketSize*8*float64(time.Second)/float64(n.Rate(d)))
	switch took := last.Sub(sent); {
	case took < want-time.Microsecond: // each sending time is rounded to a nanosecond
		return lie("%d packets %s took %v, less than %v", packets, d, took, want), nil
	case took > want+mostLate:
		return late("%d packets %s took %v, want %v and at most %v more", packets, d, took, want, mostLate), nil
	}
	return finding{}, nil
}

// testTrace sends a train over a link that replays a trace.
func testTrace(t *testing.T, open func(*testing.T, study.Network) PacketLink) {
	const packets = 600
	link := open(t, study.Network{TraceDown: "steady-12mbps", RTT: 10 * time.Millisecond, Queue: packets})
	came := make(chan time.Time, packets)
	link.ReceiveRaw(netem.Near, func([]byte) { came <- time.Now() })
	travel := func() time.Duration {
		began := time.Now()
		for range packets {
			link.SendRaw(netem.Far, make([]byte, study.PacketSize))
		}
		for range packets - 1 {
			await(t, "a packet of a train", came)
		}
		return await(t, "the last packet of a train", came).Sub(began)
	}
	// The trace has one packet a millisecond, and the first may go at once. Half of the round trip comes on top. The train
	// may come up to a millisecond before the next opportunity of the trace.
	const least = (packets - 1 + 5) * time.Millisecond
	eventually(t, func(context.Context) (finding, error) {
		switch took := travel(); {
		case took < least:
			return lie("%d packets took %v behind a trace of 12 Mbps, less than %v", packets, took, least), nil
		case took > least+time.Millisecond+mostLate:
			return late("%d packets took %v behind a trace of 12 Mbps, want %v", packets, took, least), nil
		}
		return finding{}, nil
	})
	if err := link.Set(study.Network{TraceDown: "nowhere"}); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("a trace that is not there: %v, want study.ErrNotFound", err)
	}
	if took := travel(); took < least {
		t.Errorf("%d packets took %v after a condition that was refused, want %v as before", packets, took, least)
	}
}

func testCauses(t *testing.T, open func(*testing.T, study.Network) PacketLink) {
	link := open(t, study.Network{Loss: 0.5})
	const sent = 100
	send := func(n study.Network) {
		if err := link.Set(n); err != nil {
			t.Fatal(err)
		}
		for range sent {
			link.SendRaw(netem.Far, make([]byte, study.PacketSize))
		}
	}
	send(study.Network{Loss: 0.5})
	lost := link.Counters()
	if lost.DropsDown == 0 || lost.CausesDown != (study.Drops{Lost: lost.DropsDown}) || lost.CausesUp != (study.Drops{}) {
		t.Errorf("after loss: %+v", lost)
	}
	send(study.Network{Down: 12 * study.Kbps, Queue: 1}) // one packet is on the wire and one waits
	full := link.Counters().Minus(lost)
	if full.CausesDown != (study.Drops{Full: sent - 2}) || full.DropsDown != sent-2 {
		t.Errorf("of a full queue: %+v", full)
	}
	before := link.Counters()
	send(study.Network{Outage: true})
	if cut := link.Counters().Minus(before); cut.CausesDown.Cut != sent {
		t.Errorf("of an outage: %+v", cut)
	}
}

func testSeed(t *testing.T, open func(*testing.T, study.Network) PacketLink) {
	const sent = 1000
	lost := func() (down, up int64) {
		link := open(t, study.Network{Loss: 0.1})
		for range sent {
			link.SendRaw(netem.Far, make([]byte, 60))
			link.SendRaw(netem.Near, make([]byte, 60))
		}
		c := link.Counters()
		return c.DropsDown, c.DropsUp
	}
	down, up := lost()
	again, upAgain := lost()
	if down == 0 || up == 0 || down != again || up != upAgain {
		t.Errorf("one seed lost %d and %d packets down, %d and %d up, want twice the same", down, again, up, upAgain)
	}
}
