package thinbench

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// xDisplay is an X display that TigerVNC's server shows, and a connection that draws on it.
type xDisplay struct {
	cmd    *exec.Cmd
	dir    string
	socket string // where viewers connect
	conn   net.Conn
	in     *bufio.Reader
	root   uint32 // the window that is the whole screen
	gc     uint32 // a graphics context
}

// startX starts a display of the given size.
func startX(ctx context.Context, size image.Point) (x *xDisplay, err error) {
	dir, err := os.MkdirTemp("", "thin") // short: a socket's path has little room
	if err != nil {
		return nil, err
	}
	x = &xDisplay{dir: dir, socket: filepath.Join(dir, "vnc")}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer r.Close()
	x.cmd = exec.CommandContext(ctx, "Xtigervnc", "-displayfd", "3", "-ac", "-geometry", fmt.Sprintf("%dx%d", size.X, size.Y),
		"-depth", "24", "-SecurityTypes", "None", "-rfbunixpath", x.socket, "-rfbport", "-1", "-nolisten", "tcp")
	x.cmd.ExtraFiles = []*os.File{w}
	x.cmd.Cancel = func() error { return x.cmd.Process.Signal(os.Interrupt) } // killed, it would leave its lock
	err = x.cmd.Start()
	_ = w.Close()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	number, err := bufio.NewReader(r).ReadString('\n')
	if err == nil {
		err = x.connect("/tmp/.X11-unix/X" + strings.TrimSpace(number))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting Xtigervnc: %w", err), x.Close())
	}
	return x, nil
}

// Close ends the display.
func (x *xDisplay) Close() error {
	if x.conn != nil {
		_ = x.conn.Close()
	}
	_ = x.cmd.Process.Signal(os.Interrupt)
	err := x.cmd.Wait()
	if exit, is := errors.AsType[*exec.ExitError](err); is && (exit.ExitCode() == 0 || exit.Sys().(syscall.WaitStatus).Signaled()) {
		err = nil
	}
	return errors.Join(err, os.RemoveAll(x.dir))
}

// dial connects a viewer.
func (x *xDisplay) dial(ctx context.Context) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", x.socket)
}

// The requests of the X Window System Protocol (X.Org, version 11) that draw a picture.
const (
	createGC      = 55
	putImage      = 72
	getInputFocus = 43 // has an answer, and so tells when those before it are done
	zPixmap       = 2
	mostRequest   = 1<<16 - 1 // in words of 4 bytes
)

// connect greets the X server and makes a graphics context.
func (x *xDisplay) connect(socket string) (err error) {
	if x.conn, err = net.Dial("unix", socket); err != nil {
		return err
	}
	x.in = bufio.NewReader(x.conn)
	if _, err := x.conn.Write([]byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		return err
	}
	var head [8]byte
	if _, err := io.ReadFull(x.in, head[:]); err != nil {
		return err
	}
	setup := make([]byte, 4*int(binary.LittleEndian.Uint16(head[6:])))
	if _, err := io.ReadFull(x.in, setup); err != nil {
		return err
	}
	if head[0] != 1 || len(setup) < 40 {
		return errors.New("the X server refuses a connection")
	}
	vendor, formats := int(binary.LittleEndian.Uint16(setup[16:])), int(setup[21])
	screens := 32 + (vendor+3)/4*4 + 8*formats
	if screens+4 > len(setup) {
		return errors.New("the X server has no screen")
	}
	x.gc = binary.LittleEndian.Uint32(setup[4:]) // the first of the numbers that are ours
	x.root = binary.LittleEndian.Uint32(setup[screens:])
	request := []byte{createGC, 0, 4, 0}
	for _, v := range []uint32{x.gc, x.root, 0} {
		request = binary.LittleEndian.AppendUint32(request, v)
	}
	_, err = x.conn.Write(request)
	return err
}

// show draws a picture over the whole display, and returns when it is there.
func (x *xDisplay) show(m *image.RGBA) error {
	size := m.Rect.Size()
	rows := (mostRequest - 6) / size.X
	for y := 0; y < size.Y; y += rows {
		if _, err := x.conn.Write(x.strip(m, y, min(rows, size.Y-y))); err != nil {
			return err
		}
	}
	if _, err := x.conn.Write([]byte{getInputFocus, 0, 1, 0}); err != nil {
		return err
	}
	var answer [32]byte
	if _, err := io.ReadFull(x.in, answer[:]); err != nil {
		return err
	}
	if answer[0] != 1 {
		return fmt.Errorf("the X server reports error %d", answer[1])
	}
	return nil
}

// strip returns the request that draws some rows of a picture.
func (x *xDisplay) strip(m *image.RGBA, y, rows int) []byte {
	width := m.Rect.Dx()
	b := []byte{putImage, zPixmap}
	b = binary.LittleEndian.AppendUint16(b, uint16(6+width*rows))
	b = binary.LittleEndian.AppendUint32(b, x.root)
	b = binary.LittleEndian.AppendUint32(b, x.gc)
	for _, v := range []int{width, rows, 0, y} {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	b = append(b, 0, 24, 0, 0) // the depth
	for at := y * m.Stride; at < (y+rows)*m.Stride; at += m.Stride {
		for row := m.Pix[at : at+4*width]; len(row) >= 4; row = row[4:] {
			b = append(b, row[2], row[1], row[0], 0)
		}
	}
	return b
}
