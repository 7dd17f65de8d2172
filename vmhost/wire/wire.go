// Package wire writes whole messages to a machine, or closes the connection.
//
// If only a part of a message is written, the other side takes the beginning of the next message for the rest
// of it, and everything that follows makes no sense. So a write that a deadline or an error interrupts closes
// the connection.
package wire

import (
	"context"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// Write writes a message, and descriptors if there are any, to conn. The write deadline of conn applies. After an
// error, conn is closed if a part of the message was written; else conn can still be used.
func Write(conn *net.UnixConn, message []byte, files ...int) error {
	var n int
	var err error
	if len(files) > 0 {
		n, _, err = conn.WriteMsgUnix(message, unix.UnixRights(files...), nil)
	}
	if err == nil && n < len(message) {
		var more int
		more, err = conn.Write(message[n:])
		n += more
	}
	if err != nil && n > 0 {
		conn.Close()
		return fmt.Errorf("%d of %d bytes were written: %w", n, len(message), err)
	}
	return err
}

// WriteBefore is Write, but the end of ctx interrupts it; the error is then the cause of ctx. No other goroutine may
// write to conn during the call. Afterwards conn has no write deadline.
func WriteBefore(ctx context.Context, conn *net.UnixConn, message []byte, files ...int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	cut := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		conn.SetWriteDeadline(time.Unix(1, 0))
		close(cut)
	})
	err := Write(conn, message, files...)
	if !stop() {
		<-cut
		conn.SetWriteDeadline(time.Time{}) // the deadline must not apply to the next message
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w (%w)", context.Cause(ctx), err)
	}
	return err
}
