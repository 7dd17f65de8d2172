package rfb_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/draw"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/server"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/studytest"
)

// peerScreen is the size of the screen that is handed on, and peerDisplay that of the display on
// which TigerVNC's viewer draws it: it will not fill one.
var peerScreen, peerDisplay = image.Pt(320, 240), image.Pt(400, 300)

// TestPeersUnderstandUs hands a picture on: a Server of ours shows it, TigerVNC's viewer draws it
// on the X display of TigerVNC's server, and robots of ours look at that through TigerVNC and
// through x11vnc. What they see must be what X itself says is on its display.
func TestPeersUnderstandUs(t *testing.T) {
	studytest.Need(t, "tigervnc", "x11vnc", "xwd")
	dir, err := os.MkdirTemp("", "peers") // short: a socket's path has little room
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	display := startX(t, dir)
	shown := painted(peerScreen, 3)
	ours := server.New(peerScreen)
	ours.Draw(shown.Rect, func(screen *image.RGBA) { draw.Draw(screen, screen.Rect, shown, image.Point{}, draw.Src) })

	t.Run("TigerVNC's viewer draws what our server shows", func(t *testing.T) {
		for _, encoding := range []string{"Raw", "Hextile", "Tight", "ZRLE"} {
			viewer := launch(t, "xtigervncviewer", "-display", display, "-SecurityTypes", "None", "-AutoSelect=0", "-FullColor=1",
				"-PreferredEncoding", encoding, "-NoJPEG=1", "-RemoteResize=0", "-MenuKey=", "-AlertOnFatalError=0", "-ReconnectOnError=0", listen(t, ours))
			awaitDisplay(t, display, shown)
			must(t, viewer.Process.Signal(os.Interrupt))
			_ = viewer.Wait()
			awaitDisplay(t, display, nil)
		}
	})

	launch(t, "xtigervncviewer", "-display", display, "-SecurityTypes", "None", "-NoJPEG=1", "-RemoteResize=0", "-MenuKey=", listen(t, ours))
	awaitDisplay(t, display, shown)
	second := filepath.Join(dir, "x11vnc")
	launch(t, "x11vnc", "-display", display, "-unixsock", second, "-rfbport", "0", "-nopw", "-forever", "-nocursor", "-quiet")
	for peer, socket := range map[string]string{"TigerVNC's server": filepath.Join(dir, "tigervnc"), "x11vnc": second} {
		t.Run("robots see what "+peer+" shows", func(t *testing.T) {
			for _, e := range []wire.Encoding{wire.Raw, wire.RRE, wire.CoRRE, wire.Hextile, wire.Zlib, wire.Tight, wire.ZRLE} {
				tap := tap.New(dialSoon(t, socket), time.Now, func(event tap.Event) {
					if lost, is := event.(tap.Lost); is {
						t.Errorf("%v: the tap is lost: %v", e, lost.Reason)
					}
				})
				robot, err := robot.View{Encodings: []wire.Encoding{e, wire.CopyRect}}.Connect(t.Context(), tap)
				must(t, err)
				awaitScreen(t, robot, dumpX(t, display))
				must(t, robot.Close())
			}
		})
	}
}

// launch starts a program that is ended with the test.
func launch(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s said: %s", name, said.String())
		}
	})
	return cmd
}

// startX starts an X display that TigerVNC's server shows at a socket in dir.
func startX(t *testing.T, dir string) (display string) {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	cmd := exec.Command("Xtigervnc", "-displayfd", "3", "-ac", "-geometry", fmt.Sprintf("%dx%d", peerDisplay.X, peerDisplay.Y),
		"-depth", "24", "-SecurityTypes", "None", "-rfbunixpath", filepath.Join(dir, "tigervnc"), "-rfbport", "-1", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	_ = w.Close()
	must(t, err)
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() }) // killed, it would leave its lock
	number, err := bufio.NewReader(r).ReadString('\n')
	must(t, err)
	return ":" + strings.TrimSpace(number)
}

// listen shows a server's screen at a TCP port and returns it as TigerVNC writes it.
func listen(t *testing.T, s *server.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := l.Accept(); err == nil {
			_ = s.Serve(conn) // until the viewer hangs up
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return strings.Replace(l.Addr().String(), ":", "::", 1)
}

// awaitDisplay waits until an X display shows a picture somewhere; nil stands for nothing at all.
func awaitDisplay(t *testing.T, display string, want *image.RGBA) {
	t.Helper()
	patience := time.After(20 * time.Second)
	again := time.NewTicker(30 * time.Millisecond)
	defer again.Stop()
	for {
		got := dumpX(t, display)
		if want != nil && showsSomewhere(got, want) || want == nil && bytes.Count(got.Pix, got.Pix[:4]) == len(got.Pix)/4 {
			return
		}
		select {
		case <-again.C:
		case <-patience:
			t.Fatal("the display never shows it")
		}
	}
}

// showsSomewhere tells whether m is, pixel for pixel, a part of a picture.
func showsSomewhere(picture, m *image.RGBA) bool {
	for y := range picture.Rect.Dy() - m.Rect.Dy() + 1 {
	next:
		for x := range picture.Rect.Dx() - m.Rect.Dx() + 1 {
			for row := range m.Rect.Dy() {
				if !bytes.HasPrefix(picture.Pix[picture.PixOffset(x, y+row):], m.Pix[row*m.Stride:(row+1)*m.Stride]) {
					continue next
				}
			}
			return true
		}
	}
	return false
}

// dumpX returns what an X display shows, of 24 bits a pixel. XWDFile.h has the format.
func dumpX(t *testing.T, display string) *image.RGBA {
	t.Helper()
	xwd := exec.Command("xwd", "-root", "-silent", "-display", display)
	var said bytes.Buffer
	xwd.Stderr = &said
	b, err := xwd.Output()
	if err != nil {
		t.Fatalf("xwd: %v: %s", err, said.String())
	}
	field := func(n int) int { return int(binary.BigEndian.Uint32(b[4*n:])) }
	const headerSize, width, height, bitsPerPixel, bytesPerLine, colours = 0, 4, 5, 11, 12, 19
	if field(bitsPerPixel) != 32 {
		t.Fatalf("xwd has %d bits a pixel, want 32", field(bitsPerPixel))
	}
	m := image.NewRGBA(image.Rect(0, 0, field(width), field(height)))
	pixels := bytes.NewReader(b[field(headerSize)+12*field(colours):])
	line := make([]byte, field(bytesPerLine))
	for y := range m.Rect.Dy() {
		_, err := io.ReadFull(pixels, line)
		must(t, err)
		for x := range m.Rect.Dx() {
			copy(m.Pix[m.PixOffset(x, y):], []byte{line[4*x+2], line[4*x+1], line[4*x], 0xff})
		}
	}
	return m
}
