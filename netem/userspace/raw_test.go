package userspace

import (
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

func TestRawPacketsTravelLikeAllOthers(t *testing.T) {
	n := study.Network{Down: 12 * study.Mbps, Up: 6 * study.Mbps, RTT: 20 * time.Millisecond}
	l, err := New(n, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for name, test := range map[string]struct {
		from, to netem.End
		least    time.Duration // 10 ms, and a full packet at the rate
	}{
		"down": {netem.Far, netem.Near, 11 * time.Millisecond},
		"up":   {netem.Near, netem.Far, 12 * time.Millisecond},
	} {
		came := make(chan []byte, 1)
		l.ReceiveRaw(test.to, func(packet []byte) { came <- packet })
		packet := make([]byte, study.PacketSize)
		packet[RawHeader] = 42
		sent := time.Now()
		l.SendRaw(test.from, packet)
		select {
		case got := <-came:
			if took := time.Since(sent); took < test.least || len(got) != study.PacketSize || got[RawHeader] != 42 {
				t.Errorf("%s: %d bytes came after %v, want all of what was sent, not before %v", name, len(got), took, test.least)
			}
		case <-time.After(patience):
			t.Fatalf("%s: nothing came", name)
		}
		l.ReceiveRaw(test.to, nil)
	}
	if c := l.Counters(); c.PacketsDown != 1 || c.PacketsUp != 1 || c.BytesUp != study.PacketSize {
		t.Errorf("two packets were counted as %+v", c)
	}
}
