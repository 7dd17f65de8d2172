package robot_test

import (
	"errors"
	"net"
	"runtime"
	"testing"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/wire"
)

// TestClientLeavesAHostileMachine connects a robot to each, which must give up, and hold no
// more memory than its screen needs while it does.
func TestClientLeavesAHostileMachine(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, message := range hostile() {
		near, far := net.Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			_ = follow(far, append(handshake(), turn{Say: message, Hear: 1 << 30}))
		}()
		c, err := robot.Connect(t.Context(), near)
		must(t, err)
		var breach *wire.Breach
		for seen := 0; err == nil; seen++ {
			_, err = c.WaitChange(t.Context(), seen)
		}
		if !errors.As(err, &breach) {
			t.Errorf("%s: the robot ended with %v, want a Breach", name, err)
		}
		_ = c.Close()
		<-served
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 256<<20 {
		t.Errorf("%d MiB were allocated over %d hostile machines", grown>>20, len(hostile()))
	}
}

func TestConnectRefusesAnAbsurdSize(t *testing.T) {
	init := wire.ServerInit{W: 65535, H: 65535, Format: wire.RGBX}.Append(nil)
	turns := append(handshake()[:3:3], turn{Say: init, Hear: 0})
	c, err := converse(t, turns)
	var breach *wire.Breach
	if !errors.As(err, &breach) {
		t.Errorf("Connect = %v, %v; want a Breach", c, err)
	}
	lied := append(wire.ServerInit{W: 8, H: 8, Format: wire.RGBX}.Append(nil)[:20], 0x7f, 0xff, 0xff, 0xff)
	if c, err := converse(t, append(handshake()[:3:3], turn{Say: lied, Hear: 0})); !errors.As(err, &breach) {
		t.Errorf("Connect to one whose name is 2 GiB long = %v, %v; want a Breach", c, err)
	}
}
