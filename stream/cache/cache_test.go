package cache_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/cache"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
	"vmstudy/study"
	"vmstudy/studytest"
)

var _ stream.Cache = (*cache.Cache)(nil)

const segment = 4 << 20 // and a little

// fillEnv makes this test binary a process that fills the cache in that directory until it is
// killed.
const fillEnv = "STREAM_CACHE_TEST_FILL"

func TestMain(m *testing.M) {
	if dir := os.Getenv(fillEnv); dir != "" {
		if err := fill(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func fill(dir string) error {
	c, err := cache.Open(cache.Config{Dir: dir, Limit: 3 * segment})
	if err != nil {
		return err
	}
	for i := uint32(0); ; i++ {
		put(c, i)
		if i%100 == 0 {
			fmt.Println(i)
		}
	}
}

// chunk is a chunk that is told from others by its number.
func chunk(i uint32) []byte {
	return bytes.Repeat(binary.BigEndian.AppendUint32(nil, i+1), wire.ChunkSize/4)
}

func put(c *cache.Cache, i uint32) {
	h := wire.HashOf(chunk(i))
	c.Put(h, chunk(i))
	c.Learn("content", []wire.Place{{Chunk: wire.Chunk{Index: i}, Hash: h, Wire: 7}})
}

// holds reports whether chunk i is there, and fails if another is there in its place.
func holds(t *testing.T, c *cache.Cache, i uint32) bool {
	t.Helper()
	got := make([]byte, wire.ChunkSize)
	if !c.Get(wire.HashOf(chunk(i)), got) {
		return false
	}
	if !bytes.Equal(got, chunk(i)) {
		t.Fatalf("chunk %d has another content", i)
	}
	return true
}

func open(t *testing.T, cfg cache.Config) *cache.Cache {
	t.Helper()
	c, err := cache.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return c
}

func reopen(t *testing.T, c *cache.Cache, cfg cache.Config) *cache.Cache {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, cfg)
}

func TestWhatIsKeptIsThereAgainAfterARestart(t *testing.T) {
	cfg := cache.Config{Dir: t.TempDir(), Limit: 3 * segment}
	c := open(t, cfg)
	for i := range uint32(1500) {
		put(c, i)
	}
	c = reopen(t, c, cfg)
	known := c.Known("content")
	if len(known) != 1500 || len(c.Known("another")) != 0 {
		t.Errorf("%d chunks known, want 1500; %d of another content, want none", len(known), len(c.Known("another")))
	}
	for _, at := range known {
		if at.Hash != wire.HashOf(chunk(at.Index)) || at.Wire != 7 || !holds(t, c, at.Index) {
			t.Fatalf("place %+v is not what was learned", at)
		}
	}
	put(c, 1500)
	if c = reopen(t, c, cfg); !holds(t, c, 1500) || !holds(t, c, 0) {
		t.Error("a segment that was begun before the restart does not go on")
	}
}

func TestTheCacheIsBoundedAndWhatIsUsedStays(t *testing.T) {
	cfg := cache.Config{Dir: t.TempDir(), Limit: 4 * segment}
	c := open(t, cfg)
	used := []uint32{3, 700, 1023}
	for i := range uint32(9000) {
		put(c, i)
		if i%500 == 499 {
			for _, u := range used {
				if i > u && !holds(t, c, u) {
					t.Fatalf("chunk %d is gone after %d, although it is used again and again", u, i)
				}
			}
		}
	}
	if n := c.Bytes(); n > 4*(segment+64<<10) {
		t.Errorf("%d bytes kept, want at most %d", n, 4*segment)
	}
	if holds(t, c, 10) || !holds(t, c, 8999) {
		t.Error("the oldest that nobody used is there still, or the newest is not")
	}
	if known := len(c.Known("content")); known == 0 || known > 4*1024 {
		t.Errorf("%d chunks known, want only those that are there", known)
	}
	cfg.Limit = 2 * segment
	if c = reopen(t, c, cfg); c.Bytes() > 2*(segment+64<<10) || !holds(t, c, 8999) {
		t.Error("a smaller limit is not kept at the next start")
	}
}

func TestDamageIsAMissAndNeverAnotherContent(t *testing.T) {
	cfg := cache.Config{Dir: t.TempDir(), Limit: 3 * segment}
	c := open(t, cfg)
	for i := range uint32(100) {
		put(c, i)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(cfg.Dir, "*", "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files %v, %v", files, err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
		}
		if err := os.WriteFile(path, b[:len(b)-9], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c = open(t, cfg)
	here := 0
	for i := range uint32(100) {
		if holds(t, c, i) {
			here++
		}
	}
	for _, at := range c.Known("content") {
		if at.Hash != wire.HashOf(chunk(at.Index)) {
			t.Errorf("place %+v is not what was learned", at)
		}
	}
	if here == 0 || here == 100 {
		t.Errorf("%d of 100 chunks are there after 40 bits were flipped, want some", here)
	}
	for i := range uint32(100) {
		put(c, i)
		if !holds(t, c, i) {
			t.Errorf("chunk %d is not there after it was put again", i)
		}
	}
}

func TestAProcessThatIsKilledLeavesNothingWrong(t *testing.T) {
	cfg := cache.Config{Dir: t.TempDir(), Limit: 3 * segment}
	rng := rand.New(rand.NewPCG(2, 2))
	for range 5 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), fillEnv+"="+cfg.Dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 2 + rng.IntN(40) {
			lines.Scan()
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed

		c := open(t, cfg)
		known := c.Known("content")
		for _, at := range known {
			if at.Hash != wire.HashOf(chunk(at.Index)) {
				t.Fatalf("place %+v is not what was learned", at)
			}
			holds(t, c, at.Index) // or not, if it was torn
		}
		if len(known) == 0 {
			t.Error("nothing is known after the process was killed")
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFullDiskEndsTheKeepingAndNothingElse(t *testing.T) {
	if studytest.AsRoot(t) {
		return
	}
	told := 0
	cfg := cache.Config{Dir: streamtest.SmallDisk(t), Limit: 3 * segment, Full: func(err error) {
		told++
		if study.Sentence(err) == "" {
			t.Errorf("told %v, want a sentence", err)
		}
	}}
	c := open(t, cfg)
	for i := range uint32(1000) {
		put(c, i)
	}
	if told != 1 {
		t.Errorf("told %d times that the disk is full, want once", told)
	}
	if !holds(t, c, 0) || holds(t, c, 999) {
		t.Error("what came before the disk was full is gone, or what came after is there")
	}
	if c = reopen(t, c, cfg); !holds(t, c, 0) {
		t.Error("after a restart what is there cannot be read")
	}
	if err := c.Close(); err != nil { // before the disk goes
		t.Error(err)
	}
}

func TestOneProcessUsesACache(t *testing.T) {
	dir := t.TempDir()
	open(t, cache.Config{Dir: dir})
	if c, err := cache.Open(cache.Config{Dir: dir}); !errors.Is(err, study.ErrConflict) || study.Sentence(err) == "" {
		t.Errorf("a second one: %v, %v; want a sentence of kind %v", c, err, study.ErrConflict)
	}
}

func BenchmarkGet(b *testing.B) {
	c, err := cache.Open(cache.Config{Dir: b.TempDir(), Limit: 16 * segment})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	const n = 8192
	var hashes []wire.Hash
	for i := range uint32(n) {
		put(c, i)
		hashes = append(hashes, wire.HashOf(chunk(i)))
	}
	got := make([]byte, wire.ChunkSize)
	i := uint32(0)
	for b.Loop() {
		i = i*1664525 + 1013904223
		if !c.Get(hashes[(i>>8)%n], got) {
			b.Fatal("not there")
		}
	}
}
