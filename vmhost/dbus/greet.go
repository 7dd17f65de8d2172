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

// Greet does the client's part of the handshake on conn, on which nothing may have been read or written
// before. It tells the other side the user of this process, which that side checks with the kernel, and
// that descriptors may travel. D-Bus Specification, "Authentication Protocol".
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
	if _, err := conn.Write([]byte{0}); err != nil { // the byte that carries credentials on some systems
		return err
	}
	// The buffer never reads beyond the last line, because the other side sends nothing more before BEGIN.
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
