package kernel

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
	"testing"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"vmstudy/study"
	"vmstudy/studytest"
)

// What needs no sch_netem is tested on any kernel: a link without qdiscs. With them, the
// whole suite runs in a guest whose kernel is Debian's; see guest_test.go.

// bare returns a link without qdiscs.
func bare(t *testing.T, name string) *Link {
	t.Helper()
	studytest.Need(t, "root")
	l, err := prepare(name, 1)
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

// dialled returns the two ends of a new connection on a port.
func dialled(t *testing.T, l *Link, port int) (near, far net.Conn) {
	t.Helper()
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

func TestBytesPassAndAreCountedAsIPPackets(t *testing.T) {
	const size = 1 << 20
	l := bare(t, "count")
	if got := l.Counters(); got != (study.LinkReport{}) {
		t.Errorf("a new link has carried %+v", got)
	}
	near, far := dialled(t, l, 5900)
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
	// TCP with time stamps has 52 bytes of headers; the two packets that begin and end a
	// direction have up to 8 more.
	if over := r.BytesDown - size - 52*r.PacketsDown; over < 0 || over > 16 {
		t.Errorf("%d bytes down were counted as %+v: %d more than headers and payload", size, r, over)
	}
	if full := int64(size/(study.PacketSize-52) + 1); r.PacketsDown < full || r.PacketsDown > full+full/10 {
		t.Errorf("%d bytes went in %d packets, want %d full ones and few more", size, r.PacketsDown, full)
	}
	l.Close()
	if after := l.Counters(); after.BytesDown < r.BytesDown {
		t.Errorf("closing took the counters back from %+v to %+v", r, after)
	}
}

func TestOneEndMayStopTalkingAndGoOnListening(t *testing.T) {
	near, far := dialled(t, bare(t, "half"), 5900)
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

func TestEveryLinkHasTheSameTCP(t *testing.T) {
	l := bare(t, "tcp")
	for _, e := range []*end{l.near, l.far} {
		err := e.do(func() error {
			for _, s := range settings {
				got, err := os.ReadFile(filepath.Join("/proc/sys/net", s.name))
				if errors.Is(err, os.ErrNotExist) {
					continue // no IPv6 here
				}
				if value := strings.Join(strings.Fields(string(got)), " "); err != nil || value != s.value {
					t.Errorf("%s at %s is %q, %v; want %q", s.name, e.name, value, err, s.value)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	near, far := dialled(t, l, 5900)
	for _, c := range []net.Conn{near, far} {
		raw, err := c.(*conn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		err = raw.Control(func(fd uintptr) {
			got, err := unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION)
			if err != nil || got != congestionControl {
				t.Errorf("congestion control is %q, %v; want %q", got, err, congestionControl)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// ours lists what the machine has of links called name.
func ours(t *testing.T, name string) (found []string) {
	t.Helper()
	for _, pattern := range []string{filepath.Join(namespaceDir, prefix+name+"-*"), filepath.Join(markDir, name+"-*")} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, files...)
	}
	return found
}

func TestCloseLeavesNoNamespace(t *testing.T) {
	var links []*Link
	for range 3 { // of the same name at the same time
		links = append(links, bare(t, "many"))
	}
	if got := ours(t, "many"); len(got) != 9 {
		t.Errorf("three links made %q, want two namespaces and a mark each", got)
	}
	for _, l := range links {
		near, _ := dialled(t, l, 5900)
		near.Write(make([]byte, 1000)) // never read
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Errorf("second close: %v", err)
		}
	}
	if got := ours(t, "many"); len(got) != 0 {
		t.Errorf("closed links left %q", got)
	}
}

func TestNamesAreMadeFitForFilesAndInterfaces(t *testing.T) {
	for name, want := range map[string]string{
		"P001-t3-a1":               "P001-t3-a1",
		"../../etc":                "etc",
		strings.Repeat("long", 20): strings.Repeat("long", 10),
		"":                         "link",
		"Übung №7":                 "bung7",
		"x\x00y/z\n":               "xyz",
		"P001 trial 12, attempt 2": "P001trial12attempt2",
	} {
		if got := clean(name); got != want {
			t.Errorf("clean(%q) = %q, want %q", name, got, want)
		}
	}
}

// leaveBehind makes a link in a process of its own, which is killed. The process is this test
// binary.
const leaveBehind = "KERNEL_LINK_LEAVE_BEHIND"

func TestMain(m *testing.M) {
	nl.EnableErrorMessageReporting = true
	if name := os.Getenv(leaveBehind); name != "" {
		l, err := prepare(name, 1)
		fmt.Println(l.mark.id, err)
		select {} // until killed
	}
	os.Exit(m.Run())
}

func TestSweepRemovesWhatAKilledProcessLeft(t *testing.T) {
	living := bare(t, "swept")
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), leaveBehind+"=swept")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var id, failed string
	if _, err := fmt.Fscan(out, &id, &failed); err != nil || failed != "<nil>" {
		t.Fatalf("child: %q, %v", failed, err)
	}
	if _, err := Sweep(); err != nil || len(ours(t, "swept")) != 6 {
		t.Errorf("a sweep among the living left %q, %v; want everything", ours(t, "swept"), err)
	}
	foreign := filepath.Join(namespaceDir, prefix+"swept-of-another")
	if err := os.WriteFile(foreign, nil, 0o444); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(foreign)

	child.Process.Kill()
	child.Wait()
	if got := ours(t, "swept"); len(got) != 7 {
		t.Errorf("a killed process left %q, want two namespaces and a mark beside the living link", got)
	}
	swept, err := Sweep()
	if err != nil || !slices.Contains(swept, id) || slices.Contains(swept, living.mark.id) {
		t.Errorf("swept %q, %v; want %q and not the living %q", swept, err, id, living.mark.id)
	}
	if got := ours(t, "swept"); len(got) != 4 || !slices.Contains(got, foreign) {
		t.Errorf("after the sweep there are %q, want the living link and the foreign namespace", got)
	}
	dialled(t, living, 5900)
}

func TestThreadsComeHome(t *testing.T) {
	home, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	l := bare(t, "home")
	var all errgroup.Group
	for range 50 {
		all.Go(func() error {
			return l.near.do(func() error {
				if here, err := os.Readlink(threadNamespace); err != nil || here == home {
					return fmt.Errorf("inside is %q, %v", here, err)
				}
				return nil
			})
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	threads, err := filepath.Glob("/proc/self/task/*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		// A thread that has ended meanwhile is in no namespace.
		if at, err := os.Readlink(thread); err == nil && at != home {
			t.Errorf("thread %s is still in %s", thread, at)
		}
	}
}
