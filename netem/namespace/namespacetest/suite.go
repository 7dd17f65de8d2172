// Package namespacetest has the tests for links whose ends are named network namespaces. Each way of making such
// links runs them.
package namespacetest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"vmstudy/netem"
	"vmstudy/netem/namespace"
	"vmstudy/study"
)

// Way is a way of making links. Open makes a link whose network adds nothing.
type Way struct {
	Open   func(name string) (netem.Link, error)
	Inside func(link netem.Link, at netem.End, do func() error) error // runs do in the namespace of one end
}

// leaveBehind is the environment variable that makes a test binary make a link, named by its value, and wait to
// be killed.
const leaveBehind = "LINK_LEAVE_BEHIND"

// Main must be called by TestMain, because the test of Sweep starts the test binary again and kills it.
func (w Way) Main() {
	if name := os.Getenv(leaveBehind); name != "" {
		_, err := w.Open(name)
		fmt.Println(err)
		select {}
	}
}

// Test runs the suite. It needs root.
func (w Way) Test(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"BytesPassAndAreCountedAsIPPackets":    w.testCount,
		"OneEndMayStopTalkingAndGoOnListening": w.testHalfClose,
		"EveryLinkHasTheSameTCP":               w.testTCP,
		"CongestionControlIsThatOfTheNetwork":  w.testCongestion,
		"CloseLeavesNoNamespace":               w.testClose,
		"SweepRemovesWhatAKilledProcessLeft":   w.testSweep,
	} {
		t.Run(name, test)
	}
}

func (w Way) open(t *testing.T, name string) netem.Link {
	t.Helper()
	l, err := w.Open(name)
	if err != nil {
		t.Fatalf("open link: %v", err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return l
}

// dialled returns the two ends of a new connection.
func dialled(t *testing.T, l netem.Link) (near, far net.Conn) {
	t.Helper()
	const port = 5900
	listener, err := l.ListenFar(port)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var both errgroup.Group
	both.Go(func() (err error) {
		far, err = listener.Accept()
		return err
	})
	near, err = l.DialNear(t.Context(), port)
	if err := errors.Join(err, both.Wait()); err != nil {
		t.Fatal(err)
	}
	return near, far
}

func (w Way) testCount(t *testing.T) {
	const size = 1 << 20
	l := w.open(t, "count")
	if got := l.Counters(); got != (study.LinkReport{}) {
		t.Errorf("a new link has carried %+v", got)
	}
	near, far := dialled(t, l)
	data := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	var both errgroup.Group
	both.Go(func() error {
		_, err := far.Write(data)
		return errors.Join(err, far.(interface{ CloseWrite() error }).CloseWrite())
	})
	got, err := io.ReadAll(near)
	if err := errors.Join(err, both.Wait()); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("got %d of %d bytes, %v", len(got), size, err)
	}
	r := l.Counters()
	// TCP with time stamps has 52 bytes of headers; the first and the last packet of a direction have up to 8
	// more. Without a delay, TCP may take some milliseconds of lateness for a loss and send a packet twice.
	twice := sentTwice(t, far)
	if over := r.BytesDown - size - 52*r.PacketsDown; over < 0 || over > 16+twice {
		t.Errorf("%d bytes down, and %d of them twice, were counted as %+v: %d more than headers and payload", size, twice, r, over)
	}
	if full := int64(size/(study.PacketSize-52) + 1); r.PacketsDown < full || r.PacketsDown > full+full/10 {
		t.Errorf("%d bytes went in %d packets, want %d full ones and few more", size, r.PacketsDown, full)
	}
	l.Close()
	if after := l.Counters(); after.BytesDown < r.BytesDown {
		t.Errorf("closing took the counters back from %+v to %+v", r, after)
	}
}

// sentTwice returns how many bytes of payload the TCP of c has sent again.
func sentTwice(t *testing.T, c net.Conn) int64 {
	t.Helper()
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var info *unix.TCPInfo
	if failed := raw.Control(func(fd uintptr) { info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) }); failed != nil || err != nil {
		t.Fatal(failed, err)
	}
	return int64(info.Bytes_retrans)
}

func (w Way) testHalfClose(t *testing.T) {
	near, far := dialled(t, w.open(t, "half"))
	if err := near.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(far); err != nil || len(got) != 0 {
		t.Errorf("got %q, %v behind a half-close", got, err)
	}
	if _, err := far.Write([]byte("still here")); err != nil {
		t.Fatal(err)
	}
	far.Close()
	if got, err := io.ReadAll(near); err != nil || string(got) != "still here" {
		t.Errorf("got %q, %v", got, err)
	}
}

func (w Way) testTCP(t *testing.T) {
	l := w.open(t, "tcp")
	for _, end := range []netem.End{netem.Near, netem.Far} {
		if err := w.Inside(l, end, namespace.CheckSettings); err != nil {
			t.Errorf("end %v: %v", end, err)
		}
	}
	near, far := dialled(t, l)
	wantCongestion(t, "cubic", near, far)
	for _, c := range []net.Conn{near, far} {
		raw, err := c.(syscall.Conn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		err = raw.Control(func(fd uintptr) {
			if got, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE); err != nil || got != 0 {
				t.Errorf("SO_KEEPALIVE is %d, %v; want 0, or packets pass that nobody asked for", got, err)
			}
			if got, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY); err != nil || got != 1 {
				t.Errorf("TCP_NODELAY is %d, %v; want 1, as package net has it", got, err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// testCongestion needs Linux's reno, which every kernel has.
func (w Way) testCongestion(t *testing.T) {
	l := w.open(t, "congestion")
	near, far := dialled(t, l)
	set, ok := l.(interface {
		SetCongestion(c study.CongestionControl) error
	})
	if !ok {
		t.Fatalf("%T has no congestion control", l)
	}
	if err := set.SetCongestion(study.Reno); err != nil {
		t.Fatal(err)
	}
	wantCongestion(t, "reno", near, far)
	near, far = dialled(t, l)
	wantCongestion(t, "reno", near, far)
	if err := set.SetCongestion("unheard-of"); !errors.Is(err, study.ErrConflict) || study.Sentence(err) == "" {
		t.Errorf("a congestion control that no kernel has: %v, want a sentence", err)
	}
	wantCongestion(t, "reno", near, far)
}

func wantCongestion(t *testing.T, want string, conns ...net.Conn) {
	t.Helper()
	for _, c := range conns {
		raw, err := c.(syscall.Conn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		err = raw.Control(func(fd uintptr) {
			got, err := unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION)
			if err != nil || got != want {
				t.Errorf("congestion control is %q, %v; want %s", got, err, want)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// ours lists the namespaces and marks of links called name.
func ours(t *testing.T, name string) (found []string) {
	t.Helper()
	for dir, prefix := range map[string]string{"/run/netns": "vmstudy-" + name + "-", "/run/vmstudy/links": name + "-"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasPrefix(f.Name(), prefix) {
				found = append(found, filepath.Join(dir, f.Name()))
			}
		}
	}
	return found
}

func (w Way) testClose(t *testing.T) {
	name := unique("many")
	var links []netem.Link
	for range 3 { // three links of the same name at the same time
		links = append(links, w.open(t, name))
	}
	if got := ours(t, name); len(got) != 9 {
		t.Errorf("three links made %q, want two namespaces and a mark each", got)
	}
	for _, l := range links {
		near, _ := dialled(t, l)
		near.Write(make([]byte, 1000)) // never read
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Errorf("second close: %v", err)
		}
	}
	if got := ours(t, name); len(got) != 0 {
		t.Errorf("closed links left %q", got)
	}
}

// unique returns a name that no other process of this test uses.
func unique(name string) string { return fmt.Sprintf("%s%d", name, os.Getpid()) }

func (w Way) testSweep(t *testing.T) {
	name := unique("swept")
	living := w.open(t, name)
	alive := ours(t, name)
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), leaveBehind+"="+name)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var failed string
	if _, err := fmt.Fscan(out, &failed); err != nil || failed != "<nil>" {
		t.Fatalf("child: %q, %v", failed, err)
	}
	if _, err := namespace.Sweep(); err != nil || len(ours(t, name)) != 6 {
		t.Errorf("a sweep among the living left %q, %v; want everything", ours(t, name), err)
	}
	foreign := "/run/netns/vmstudy-" + name + "-of-another"
	if err := os.WriteFile(foreign, nil, 0o444); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(foreign)

	child.Process.Kill()
	child.Wait()
	if got := ours(t, name); len(got) != 7 {
		t.Errorf("a killed process left %q, want two namespaces and a mark beside the living link", got)
	}
	swept, err := namespace.Sweep()
	of := func(id string) bool { return strings.HasPrefix(id, name+"-") }
	if count := len(slices.DeleteFunc(slices.Clone(swept), func(id string) bool { return !of(id) })); err != nil || count != 1 {
		t.Errorf("swept %q, %v; want one link called %s and not the living one", swept, err, name)
	}
	want := append([]string{foreign}, alive...)
	if got := ours(t, name); len(got) != 4 || slices.ContainsFunc(got, func(one string) bool { return !slices.Contains(want, one) }) {
		t.Errorf("after the sweep there are %q, want the living link and the foreign namespace: %q", got, want)
	}
	dialled(t, living)
}
