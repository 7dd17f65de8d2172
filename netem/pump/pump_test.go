package pump

import (
	"encoding/binary"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// arrival is a packet that came out of a pump.
type arrival struct {
	number int
	at     time.Time
}

// numbered returns a full packet that begins with a number.
func numbered(i int) []byte {
	data := make([]byte, study.PacketSize)
	binary.BigEndian.PutUint32(data, uint32(i))
	return data
}

// noting returns a deliver function that sends the number and the time of each packet to a channel.
func noting(to chan<- arrival) func([]byte) {
	return func(packet []byte) {
		to <- arrival{int(binary.BigEndian.Uint32(packet)), time.Now()}
	}
}

// checkArrivals checks that packets arrive in the order in which they were sent, each at least least
// after it was sent.
func checkArrivals(t *testing.T, arrivals <-chan arrival, sent []time.Time, least time.Duration) {
	t.Helper()
	for i, at := range sent {
		select {
		case got := <-arrivals:
			if due := at.Add(least); got.number != i || got.at.Before(due) {
				t.Errorf("packet %d came as number %d, %v early", got.number, i, due.Sub(got.at))
			}
		case <-time.After(patience):
			t.Errorf("packet %d never came", i)
			return
		}
	}
}

func TestPumpDeliversInOrderAndNeverEarly(t *testing.T) {
	// 12 ms one way is long enough for the keeper to wake early and spin.
	n := study.Network{Down: 120 * study.Mbps, RTT: 24 * time.Millisecond, Jitter: 2 * time.Millisecond, Queue: 1000}
	const packets, rate = 300, 120 * study.Mbps // 0.1 ms for a full packet
	arrivals := make(chan arrival, packets)
	p := New(netem.NewChain(n, study.Downward, 1), noting(arrivals))
	defer p.Close()
	sent := make([]time.Time, packets)
	for i := range sent {
		sent[i] = time.Now()
		p.Push(numbered(i))
	}
	checkArrivals(t, arrivals, sent, n.RTT/2-n.Jitter)
	if packets, bytes, dropped := p.Counted(); packets != 300 || bytes != 300*study.PacketSize || dropped.Total() != 0 {
		t.Errorf("counted %d packets, %d bytes, %+v dropped", packets, bytes, dropped)
	}
}

func TestPumpFollowsAChangeWithoutLosingItsPlace(t *testing.T) {
	arrivals := make(chan arrival, 2)
	p := New(netem.NewChain(study.Network{RTT: 40 * time.Millisecond}, study.Downward, 1), noting(arrivals))
	defer p.Close()
	sent := []time.Time{time.Now(), time.Now()}
	p.Push(numbered(0))
	p.Set(study.Network{}, nil) // without delay the second packet still must not overtake the first
	p.Push(numbered(1))
	checkArrivals(t, arrivals, sent, 20*time.Millisecond)
}

func TestPumpClosedDropsWhatIsOnItsWay(t *testing.T) {
	p := New(netem.NewChain(study.Network{RTT: 10 * time.Second}, study.Downward, 1), func([]byte) {
		t.Error("delivered after close")
	})
	p.Push(make([]byte, 40))
	p.Close()
	p.Push(make([]byte, 40))
	p.Set(study.Network{}, nil)
	p.Close()
}
