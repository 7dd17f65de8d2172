package robot_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"

	"vmstudy/rfb/robot"
)

// mute is a machine that says what it has to say and does not listen.
type mute struct {
	net.Conn
	says io.Reader
}

func (m mute) Read(p []byte) (int, error) { return m.says.Read(p) }

func (m mute) Write(p []byte) (int, error) { return len(p), nil }

func (m mute) Close() error { return nil }

// FuzzClient lets a robot look at a machine that says anything: it must end with it.
func FuzzClient(f *testing.F) {
	f.Add(append(update(samples()["raw"].Rect), 2))
	for _, m := range otherMessages() {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		greeting := append([]byte("RFB 003.008\n\x01\x01\x00\x00\x00\x00"), serverInit()...)
		says := io.MultiReader(bytes.NewReader(greeting), bytes.NewReader(said))
		c, err := robot.View{Unasked: true}.Connect(context.Background(), mute{says: says})
		if err != nil {
			t.Fatal(err)
		}
		for seen := 0; err == nil; seen++ {
			_, err = c.WaitChange(context.Background(), seen)
		}
		_ = c.Close()
	})
}
