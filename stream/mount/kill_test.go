package mount_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/stream"
	"vmstudy/stream/cache"
	"vmstudy/stream/forecast"
	"vmstudy/stream/mount"
	"vmstudy/stream/wire"
	"vmstudy/studytest"
)

// The test of sudden death runs three processes, which this test binary becomes: an origin, a near
// end that mounts what it serves and keeps a cache, and a machine, which reads pages through the
// mount and knows what must be in them.
const (
	roleEnv = "STREAM_MOUNT_TEST_ROLE" // origin, near or machine
	// killsEnv makes the test longer than in everyday runs, as in 2m.
	killsEnv  = "STREAM_KILLS"
	killsFor  = 5 * time.Second
	hugePages = 1 << 18 // 1 GiB, which nobody stores
	wrongExit = 3       // of a machine that read what is not there
)

// playRole becomes one of the processes.
func playRole(role string, args []string) error {
	switch role {
	case "origin":
		return serveHuge(args[0], args[1])
	case "near":
		return mountHuge(args[0], args[1], args[2])
	default:
		return readHuge(args[0])
	}
}

// huge is an image that is made as it is read: every third page is zeros, the others are told apart
// by their numbers.
type huge struct{}

func (huge) ReadAt(p []byte, off int64) (int, error) {
	for i := 0; i < len(p); i += wire.ChunkSize {
		hugePage(uint32((off+int64(i))/wire.ChunkSize), p[i:])
	}
	return len(p), nil
}

func hugePage(index uint32, p []byte) {
	p = p[:wire.ChunkSize]
	clear(p)
	if index%3 == 0 {
		return
	}
	rng := rand.New(rand.NewPCG(uint64(index), 1))
	for i := 0; i < len(p)/2; i += 8 { // half noise, half zeros
		binary.LittleEndian.PutUint64(p[i:], rng.Uint64())
	}
}

func hugeOrigin() (*stream.Origin, error) {
	source := wire.Source{ImageInfo: wire.ImageInfo{Name: "memory", Size: hugePages * wire.ChunkSize}, Content: huge{}}
	return stream.NewOrigin("huge", source)
}

// hugeTrace foresees some of what readHuge reads.
func hugeTrace() []forecast.Trace {
	t := forecast.Trace{Content: "huge"}
	for i := range uint32(2000) {
		t.Accesses = append(t.Accesses, forecast.Access{Chunk: wire.Chunk{Index: i * 7}})
	}
	return []forecast.Trace{t}
}

// packHuge writes the bundle of hugeTrace to a file.
func packHuge(ctx context.Context, path string) error {
	o, err := hugeOrigin()
	if err != nil {
		return err
	}
	b, err := o.Pack(ctx, hugeTrace())
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(stream.WriteBundle(f, b), f.Close())
}

func serveHuge(address, bundle string) error {
	o, err := hugeOrigin()
	if err != nil {
		return err
	}
	f, err := os.Open(bundle)
	if err != nil {
		return err
	}
	b, err := stream.ReadBundle(f)
	if err := errors.Join(err, f.Close(), o.Offer("it", b)); err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return o.Serve(context.Background(), l)
}

// mountHuge mounts with a cache, or without one and with a bundle.
func mountHuge(address, dir, cacheDir string) error {
	options := stream.Options{Strategy: forecast.Best, Traces: hugeTrace(), Bundle: "it"}
	if cacheDir != "" {
		c, err := cache.Open(cache.Config{Dir: cacheDir, Limit: 32 * mib})
		if err != nil {
			return err
		}
		options = stream.Options{Cache: c}
	}
	near, err := stream.Open(context.Background(), func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}, options)
	if err != nil {
		return err
	}
	if _, err := mount.At(dir, near); err != nil {
		return err
	}
	fmt.Println("ready", near.Stats().Kept)
	<-near.Done()
	return near.Err()
}

// readHuge reads pages at random until it is killed or the mount is gone, and tells how many.
func readHuge(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_DIRECT, 0)
	if err != nil {
		return err
	}
	// O_DIRECT wants a whole page of memory.
	got, err := unix.Mmap(-1, 0, wire.ChunkSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	want := make([]byte, wire.ChunkSize)
	for n := 1; ; n++ {
		index := rand.Uint32N(20_000) // few enough that the cache is of use
		if _, err := f.ReadAt(got, int64(index)*wire.ChunkSize); err != nil {
			return err
		}
		if hugePage(index, want); string(got) != string(want) {
			fmt.Fprintf(os.Stderr, "page %d is not what the origin has\n", index)
			os.Exit(wrongExit)
		}
		if n%50 == 0 {
			fmt.Println(n)
		}
	}
}

// process is one of the three.
type process struct {
	*exec.Cmd
	lines *bufio.Scanner
	said  strings.Builder // on its error output
}

func startRole(t *testing.T, role string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0], args...)}
	p.Env = append(os.Environ(), roleEnv+"="+role)
	p.Stderr = &p.said
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	p.lines = bufio.NewScanner(out)
	return p
}

// expect waits for the next line of the process.
func (p *process) expect(t *testing.T) string {
	t.Helper()
	line := make(chan bool, 1)
	go func() { line <- p.lines.Scan() }()
	select {
	case ok := <-line:
		if !ok {
			t.Fatalf("%v ended: %s", p.Args, p.said.String())
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("%v says nothing: %s", p.Args, p.said.String())
	}
	return p.lines.Text()
}

// gone waits for the end of a process. One that does not end is stuck where no signal reaches it.
func (p *process) gone(t *testing.T) error {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		for p.lines.Scan() { // or it would wait for a reader
		}
		ended <- p.Wait()
	}()
	select {
	case err := <-ended:
		return err
	case <-time.After(20 * time.Second):
		t.Fatalf("%v does not end", p.Args)
		return nil
	}
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.gone(t) // it was killed
}

// scene is the three processes and where they meet.
type scene struct {
	address, dir          string
	cache, bundle         string
	origin, near, machine *process
}

func (s *scene) startOrigin(t *testing.T) {
	t.Helper()
	s.origin = startRole(t, "origin", s.address, s.bundle)
	s.origin.expect(t)
}

// startNear mounts, warm or cold, and lets a machine run.
func (s *scene) startNear(t *testing.T, warm bool) (kept string) {
	t.Helper()
	cache := ""
	if warm {
		cache = s.cache
	}
	s.near = startRole(t, "near", s.address, s.dir, cache)
	_, kept, _ = strings.Cut(s.near.expect(t), " ")
	s.machine = startRole(t, "machine", filepath.Join(s.dir, "memory"))
	return kept
}

// killNear kills the near end under a machine, which must end with an error, and clears away the
// mount that is left, as the next start does.
func (s *scene) killNear(t *testing.T) {
	t.Helper()
	s.near.kill(t)
	s.checkMachine(t, s.machine.gone(t))
	if n, err := mount.Sweep(s.dir); n != 1 || err != nil {
		t.Fatalf("sweeping what a killed near end left: %d, %v; want 1 mount", n, err)
	}
	if left, err := os.ReadDir(s.dir); err != nil || len(left) != 0 {
		t.Fatalf("the directory after the sweep: %v, %v", left, err)
	}
}

// checkMachine checks that a machine ended, but not because of what it read.
func (s *scene) checkMachine(t *testing.T, err error) {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() == wrongExit {
		t.Fatalf("the machine ended with %v: %s", err, s.machine.said.String())
	}
}

func TestSuddenDeathOfEitherEndCorruptsNothingAndLeavesNothingStuck(t *testing.T) {
	needFUSE(t)
	studytest.Need(t, "zstd")
	length := killsFor
	if d, err := time.ParseDuration(os.Getenv(killsEnv)); err == nil {
		length = d
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{address: l.Addr().String(), dir: t.TempDir(), cache: t.TempDir()}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.bundle = filepath.Join(t.TempDir(), "it.bundle")
	if err := packHuge(t.Context(), s.bundle); err != nil {
		t.Fatal(err)
	}
	s.startOrigin(t)
	s.startNear(t, true)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	kept, kills, warm := "0", map[string]int{}, true
	for ended := time.Now().Add(length); time.Now().Before(ended); {
		for range 1 + rng.IntN(8) {
			s.machine.expect(t)
		}
		select { // in the middle of something
		case <-time.After(time.Duration(rng.IntN(30)) * time.Millisecond):
		case <-t.Context().Done():
			return
		}
		switch rng.IntN(3) {
		case 0:
			kills["origin"]++
			s.origin.kill(t)
			s.startOrigin(t) // the machine waits, and goes on
			s.machine.expect(t)
		case 1:
			kills["near"]++
			s.killNear(t)
			if warm = !warm; warm {
				kept = s.startNear(t, true)
			} else {
				s.startNear(t, false)
			}
		case 2:
			kills["machine"]++
			s.machine.kill(t)
			s.machine = startRole(t, "machine", filepath.Join(s.dir, "memory"))
		}
	}
	s.killNear(t)
	s.origin.kill(t)
	t.Logf("killed %v; %s pages were kept for the last warm near end", kills, kept)
	if kills["near"] > 2 && kept == "0" {
		t.Error("nothing was kept from one near end to the next")
	}
}

var _ io.ReaderAt = huge{}
