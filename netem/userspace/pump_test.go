package userspace

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// patience is how long a wake may take before a test calls it lost.
const patience = 10 * time.Second

func newTestAlarm(t *testing.T) *alarm {
	t.Helper()
	a, err := newAlarm()
	if err != nil {
		t.Fatalf("new alarm: %v", err)
	}
	return a
}

func TestAlarmWakesAtTheSetTimeAndNotBefore(t *testing.T) {
	a := newTestAlarm(t)
	defer a.close()
	for _, after := range []time.Duration{-time.Second, 0, time.Microsecond, 3 * time.Millisecond} {
		at := time.Now().Add(after)
		a.set(at)
		for err := a.wait(); time.Now().Before(at); err = a.wait() { // may return early, but not often
			t.Errorf("set to ring after %v, rang %v early: %v", after, time.Until(at), err)
		}
	}
}

func TestAlarmSetAnewWhileWaitedFor(t *testing.T) {
	a := newTestAlarm(t)
	defer a.close()
	a.set(time.Now().Add(time.Hour))
	woken := make(chan error, 1)
	go func() { woken <- a.wait() }()
	a.set(time.Now().Add(time.Millisecond))
	select {
	case err := <-woken:
		if err != nil {
			t.Errorf("wait: %v", err)
		}
	case <-time.After(patience):
		t.Error("setting the alarm anew did not move it")
	}
}

func TestAlarmSwitchedOffStaysSilentUntilClosed(t *testing.T) {
	a := newTestAlarm(t)
	a.set(time.Now().Add(5 * time.Millisecond))
	a.set(time.Time{})
	woken := make(chan error, 1)
	go func() { woken <- a.wait() }()
	select {
	case err := <-woken:
		t.Fatalf("rang though switched off: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	a.close()
	if err := <-woken; !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v after close, want os.ErrClosed", err)
	}
}

func TestPumpDeliversInOrderAndNeverEarly(t *testing.T) {
	// 12 ms is more than lull, so that the alarm goes off early and the pump has to spin.
	n := study.Network{RTT: 24 * time.Millisecond, Jitter: 2 * time.Millisecond, Queue: 1000}
	const packets, rate = 300, 120 * study.Mbps // 0.1 ms for a full packet
	type arrival struct {
		number uint32
		at     time.Time
	}
	arrivals := make(chan arrival, packets)
	p, err := startPump(netem.NewChain(n, rate, 1), func(packet []byte) {
		arrivals <- arrival{binary.BigEndian.Uint32(packet), time.Now()}
	})
	if err != nil {
		t.Fatalf("start pump: %v", err)
	}
	defer p.close()
	sent := make([]time.Time, packets)
	for i := range sent {
		data := make([]byte, study.PacketSize)
		binary.BigEndian.PutUint32(data, uint32(i))
		sent[i] = time.Now()
		p.push(data)
	}
	for i, sent := range sent {
		var got arrival
		select {
		case got = <-arrivals:
		case <-time.After(patience):
			t.Fatalf("packet %d never came", i)
		}
		if least := sent.Add(n.RTT/2 - n.Jitter); int(got.number) != i || got.at.Before(least) {
			t.Errorf("packet %d came as number %d, %v early", got.number, i, least.Sub(got.at))
		}
	}
	if packets, bytes, dropped := p.counted(); packets != 300 || bytes != 300*study.PacketSize || dropped != 0 {
		t.Errorf("counted %d packets, %d bytes, %d dropped", packets, bytes, dropped)
	}
}

func TestPumpClosedDropsWhatIsOnItsWay(t *testing.T) {
	p, err := startPump(netem.NewChain(study.Network{RTT: 10 * time.Second}, 0, 1), func([]byte) {
		t.Error("delivered after close")
	})
	if err != nil {
		t.Fatalf("start pump: %v", err)
	}
	p.push(make([]byte, 40))
	p.close()
	p.push(make([]byte, 40))
	p.set(study.Network{}, 0)
	p.close()
}
