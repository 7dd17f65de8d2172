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
	if err := x.put(m, m.Rect); err != nil {
		return err
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

// put draws an area of a picture of the whole display.
func (x *xDisplay) put(m *image.RGBA, area image.Rectangle) error {
	rows := (mostRequest - 6) / area.Dx()
	for y := area.Min.Y; y < area.Max.Y; y += rows {
		part := image.Rect(area.Min.X, y, area.Max.X, min(y+rows, area.Max.Y))
		if _, err := x.conn.Write(x.strip(m, part)); err != nil {
			return err
		}
	}
	return nil
}

// strip returns the request that draws a part of a picture.
func (x *xDisplay) strip(m *image.RGBA, part image.Rectangle) []byte {
	width, rows := part.Dx(), part.Dy()
	b := []byte{putImage, zPixmap}
	b = binary.LittleEndian.AppendUint16(b, uint16(6+width*rows))
	b = binary.LittleEndian.AppendUint32(b, x.root)
	b = binary.LittleEndian.AppendUint32(b, x.gc)
	for _, v := range []int{width, rows, part.Min.X, part.Min.Y} {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	b = append(b, 0, 24, 0, 0) // the depth
	for y := part.Min.Y; y < part.Max.Y; y++ {
		at := m.PixOffset(part.Min.X, y)
		for row := m.Pix[at : at+4*width]; len(row) >= 4; row = row[4:] {
			b = append(b, row[2], row[1], row[0], 0)
		}
	}
	return b
}

// xScreen is an X display on which a film plays and keys are heard.
type xScreen struct {
	*xDisplay
	picture *image.RGBA // what the display shows
	keys    chan struct{}
}

// Of the X Window System Protocol, for keys.
const (
	changeWindowAttributes = 2
	eventMask              = 0x800
	keyPressMask           = 1
	keyPress               = 2
)

// listening returns the display as a screen whose keys are heard. From then on show must not be used.
func (x *xDisplay) listening(size image.Point) (*xScreen, error) {
	b := []byte{changeWindowAttributes, 0, 4, 0}
	for _, v := range []uint32{x.root, eventMask, keyPressMask} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	if _, err := x.conn.Write(b); err != nil {
		return nil, err
	}
	s := &xScreen{x, image.NewRGBA(image.Rectangle{Max: size}), make(chan struct{}, 16)}
	go func() { // until the display ends
		for {
			var event [32]byte
			if _, err := io.ReadFull(x.in, event[:]); err != nil {
				return
			}
			if event[0]&0x7f == keyPress {
				s.keys <- struct{}{}
			}
		}
	}()
	return s, nil
}

func (s *xScreen) paint(area image.Rectangle, do func(*image.RGBA)) error {
	do(s.picture)
	return s.put(s.picture, area)
}

func (s *xScreen) pressed() <-chan struct{} { return s.keys }
