// Package wire writes messages to a machine whole, or ends the conversation.
//
// A message of which only a part has left makes nonsense of everything that follows it: the other
// side takes the beginning of the next message for the rest of this one. So a write that a deadline
// or an error has cut closes the connection.
package wire

import (
	"context"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// Write writes a message to conn, with descriptors if there are any, under the deadline that conn has.
// On an error conn is closed if a part of the message has left, and as it was if nothing has.
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

// WriteBefore is Write, cut off when ctx ends, with its cause for an error. No other goroutine may
// write to conn meanwhile, and conn has no deadline for writing afterwards.
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
		conn.SetWriteDeadline(time.Time{}) // the next message is not to blame
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w (%w)", context.Cause(ctx), err)
	}
	return err
}
