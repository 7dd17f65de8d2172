package wiretest

import (
	"io"
	"net"
)

// Turn is what a machine says and how many bytes it hears of the answer.
type Turn struct {
	Say  []byte
	Hear int
}

// Follow plays a machine's part, up to the last turn, and hangs up.
func Follow(conn net.Conn, turns []Turn) error {
	defer conn.Close()
	for _, turn := range turns {
		if _, err := conn.Write(turn.Say); err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, conn, int64(turn.Hear)); err != nil {
			return err
		}
	}
	return nil
}
