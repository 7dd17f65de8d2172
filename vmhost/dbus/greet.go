package dbus

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Greet takes the client's part of the handshake on conn, of which nothing may have been read or
// written before: it says that we are this process's user, and that descriptors may travel. The
// other side asks the kernel whether that is true. D-Bus Specification, "Authentication Protocol".
func Greet(ctx context.Context, conn *net.UnixConn) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := greet(conn); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("d-bus handshake: %w", err)
	}
	return nil
}

func greet(conn *net.UnixConn) error {
	if _, err := conn.Write([]byte{0}); err != nil { // with which the kernel may tell who we are
		return err
	}
	// The buffer may hold no byte beyond the last line: nothing comes before we have said BEGIN.
	lines := bufio.NewReaderSize(conn, 512)
	for _, step := range []struct{ say, hear string }{
		{"AUTH EXTERNAL " + hex.EncodeToString([]byte(strconv.Itoa(os.Getuid()))), "OK "},
		{"NEGOTIATE_UNIX_FD", "AGREE_UNIX_FD"},
	} {
		if _, err := conn.Write([]byte(step.say + "\r\n")); err != nil {
			return err
		}
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return noEOF(err)
		}
		if !strings.HasPrefix(string(line), step.hear) {
			return fmt.Errorf("to %q the other side said %.60q", step.say, line)
		}
	}
	_, err := conn.Write([]byte("BEGIN\r\n"))
	return err
}
