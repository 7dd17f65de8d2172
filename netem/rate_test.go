package netem_test

import (
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// wire returns a bottleneck of constant rate, 0 for unlimited.
func wire(rate study.Bitrate, limit int) *netem.Bottleneck {
	b := netem.NewBottleneck(netem.NewQueue(netem.QueueLimit{Packets: limit}))
	if rate > 0 {
		b.SetRate(netem.NewRate(rate), 0)
	}
	return b
}

func TestRateFirstPacketOnIdleWireTakesItsSendingTime(t *testing.T) {
	r := wire(12*study.Mbps, 10)
	for _, arrives := range []float64{0, 5000} { // a long idle time before the second packet gives no credit
		r.Push(packet(1, study.PacketSize, at(arrives)))
		if got := r.Next(); !got.Equal(at(arrives + 1)) {
			t.Errorf("1500 bytes at 12 Mbps sent at %v ms are due at %v, want 1 ms later", arrives, got.Sub(start))
		}
		r.Pop(at(arrives + 1))
	}
}

func TestRateCarriesExactlyTheRate(t *testing.T) {
	const rate, packets = 7_200_000, 3000
	r := wire(rate, packets)
	for i := range packets {
		r.Push(packet(i, study.PacketSize, start))
	}
	var last time.Time
	for p, ok := r.Pop(at(1e6)); ok; p, ok = r.Pop(at(1e6)) {
		last = p.Arrived
	}
	want := time.Duration(packets * study.PacketSize * 8 * int64(time.Second) / rate)
	if got := last.Sub(start); got != want {
		t.Errorf("%d packets took %v, want %v", packets, got, want)
	}
}

func TestRateDropsWhatFindsTheQueueFull(t *testing.T) {
	for name, test := range map[string]struct {
		rate  study.Bitrate
		limit int
		want  int // packets, of 10, that are not dropped
	}{
		"one on the wire and three waiting": {rate: study.Mbps, limit: 3, want: 4},
		"no room to wait":                   {rate: study.Mbps, limit: 0, want: 1},
		"an unlimited rate never drops":     {rate: 0, limit: 3, want: 10},
	} {
		t.Run(name, func(t *testing.T) {
			r, kept := wire(test.rate, test.limit), 0
			for i := range 10 {
				if r.Push(packet(i, study.PacketSize, start)) {
					kept++
				}
			}
			if got := len(popAll(r, at(1e6))); kept != test.want || got != test.want {
				t.Errorf("kept %d and released %d of 10, want %d", kept, got, test.want)
			}
		})
	}
}

func TestRateSetHoldsForThoseThatWait(t *testing.T) {
	r := wire(12*study.Kbps, 10) // a full packet takes 1 s
	for i := range 3 {
		r.Push(packet(i, study.PacketSize, start))
	}
	r.SetRate(netem.NewRate(12*study.Mbps), 0) // 1 ms
	for i, want := range []float64{1000, 1001, 1002} {
		if p, ok := r.Pop(at(1e6)); !ok || !p.Arrived.Equal(at(want)) {
			t.Errorf("packet %d left at %v, want %v ms", i, p.Arrived.Sub(start), want)
		}
	}
}
