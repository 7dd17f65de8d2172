package cache

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"vmstudy/stream/wire"
	"vmstudy/study"
)

// Config says where a cache lies and how much it may keep.
type Config struct {
	Dir   string
	Limit int64       // bytes; at least two segments of 4 MiB are kept
	Full  func(error) // hears once, if ever, why no more is kept; may be nil
}

// Cache is a directory of chunks. Its methods may be called from any number of goroutines.
type Cache struct {
	dir  string
	most int // segments
	full func(error)
	lock *os.File

	mu       sync.Mutex
	segments []*segment // oldest first; the last is being filled
	number   int        // of the last
	where    map[wire.Hash]place
	places   map[string]*places
	off      error // why no more is kept
}

type place struct {
	segment *segment
	slot    int
}

// Open opens the cache in a directory, which it makes if it is missing. A directory that another
// process uses is study.ErrConflict.
func Open(cfg Config) (*Cache, error) {
	c := &Cache{
		dir: cfg.Dir, most: int(max(2, cfg.Limit/segmentSize)), full: cfg.Full,
		where: map[wire.Hash]place{}, places: map[string]*places{},
	}
	for _, dir := range []string{c.segmentsDir(), c.placesDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("open cache: %w", err)
		}
	}
	var err error
	if c.lock, err = os.OpenFile(filepath.Join(c.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	if err := unix.Flock(int(c.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(study.Refuse(study.ErrConflict, "Another program uses the cache in %s.", c.dir), c.lock.Close())
	}
	if err := c.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open cache: %w", err), c.Close())
	}
	return c, nil
}

func (c *Cache) segmentsDir() string { return filepath.Join(c.dir, "segments") }
func (c *Cache) placesDir() string   { return filepath.Join(c.dir, "places") }

// load opens the segments in their order.
func (c *Cache) load() error {
	entries, err := os.ReadDir(c.segmentsDir())
	if err != nil {
		return err
	}
	var numbers []int
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil && n > 0 {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		s, err := openSegment(c.segmentPath(n))
		if err != nil {
			return err
		}
		c.segments, c.number = append(c.segments, s), n
		for slot, h := range s.table {
			if h != (wire.Hash{}) {
				c.where[h] = place{s, slot}
			}
		}
	}
	for len(c.segments) > c.most { // the limit has become smaller
		if err := c.dropOldest(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cache) segmentPath(n int) string {
	return filepath.Join(c.segmentsDir(), strconv.Itoa(n))
}

// Close closes the files.
func (c *Cache) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, s := range c.segments {
		errs = append(errs, s.f.Close())
	}
	for _, p := range c.places {
		errs = append(errs, p.f.Close())
	}
	c.segments, c.places, c.where = nil, nil, nil
	return errors.Join(append(errs, c.lock.Close())...)
}

// Get copies the chunk of that hash into p and reports whether it is here, and undamaged.
func (c *Cache) Get(h wire.Hash, p []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.where[h]
	if !ok {
		return false
	}
	if at.segment.read(at.slot, p) {
		at.segment.used[at.slot] = true
		return true
	}
	delete(c.where, h)
	if err := at.segment.forget(at.slot); err != nil {
		c.stop(err)
	}
	return false
}

// Put keeps a chunk, which must have that hash, unless it is here or no more is kept.
func (c *Cache) Put(h wire.Hash, chunk []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, here := c.where[h]; here || c.off != nil {
		return
	}
	if err := c.put(h, chunk); err != nil {
		c.stop(err)
	}
}

func (c *Cache) put(h wire.Hash, chunk []byte) error {
	if n := len(c.segments); n == 0 || c.segments[n-1].full() {
		if err := c.begin(); err != nil {
			return err
		}
	}
	return c.append(h, chunk)
}

// append puts a chunk into the last segment, which has room.
func (c *Cache) append(h wire.Hash, chunk []byte) error {
	s := c.segments[len(c.segments)-1]
	slot, err := s.add(h, chunk)
	if err == nil {
		c.where[h] = place{s, slot}
	}
	return err
}

// begin begins a segment, and drops the oldest if there are too many.
func (c *Cache) begin() error {
	s, err := openSegment(c.segmentPath(c.number + 1))
	if err != nil {
		return err
	}
	c.segments, c.number = append(c.segments, s), c.number+1
	if len(c.segments) <= c.most {
		return nil
	}
	if err := c.moveUsed(c.segments[0]); err != nil {
		return err
	}
	return c.dropOldest()
}

// moveUsed copies the chunks of an old segment that were used to the newest one, up to half a segment.
func (c *Cache) moveUsed(old *segment) error {
	chunk := make([]byte, wire.ChunkSize)
	moved := 0
	for slot, h := range old.table {
		if moved == slots/2 {
			break
		}
		if h == (wire.Hash{}) || !old.used[slot] || !old.read(slot, chunk) {
			continue
		}
		if err := c.append(h, chunk); err != nil {
			return err
		}
		moved++
	}
	return nil
}

func (c *Cache) dropOldest() error {
	old := c.segments[0]
	c.segments = c.segments[1:]
	for _, h := range old.table {
		if c.where[h].segment == old {
			delete(c.where, h)
		}
	}
	return old.remove()
}

// stop makes the cache keep no more chunks.
func (c *Cache) stop(why error) {
	if c.off != nil {
		return
	}
	c.off = why
	if errors.Is(why, unix.ENOSPC) || errors.Is(why, unix.EDQUOT) {
		why = fmt.Errorf("%w: %w", study.Refuse(study.ErrConflict, "The disk with the cache of streamed pages is full: no more are kept until the next start."), why)
	}
	if c.full != nil {
		c.full(why)
	}
}

// Bytes is how much of the disk the chunks take.
func (c *Cache) Bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(len(c.segments)) * segmentSize
}
