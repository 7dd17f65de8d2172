package pages

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
)

// FrameSize is the size of a page frame in bytes.
const FrameSize = 4096

// MaxFrames is the most frames that a Map may have: 1 TiB.
const MaxFrames = 1 << 28

// Class is what a guest uses a page frame for. Frames of a smaller class are brought earlier.
type Class uint8

// The classes, in the order in which they are brought.
const (
	KernelImage  Class = iota // the kernel's text and data
	PageTable                 // page tables of processes
	KernelMemory              // slab, and whatever else the kernel has taken for itself
	ActiveText                // memory-mapped files of processes that ran lately: programs and libraries
	ActiveAnon                // their anonymous memory: heap and stack
	ActiveFile                // file cache that was used more than once
	IdleAnon                  // anonymous memory of processes that did not run lately
	Other                     // what fits nowhere else, and what the guest said nothing about
	InactiveFile              // file cache that was used once
	Free                      // nothing is in it
	NoMemory                  // no memory has this address: devices, or a gap
	classes
)

var classNames = [classes]string{
	"kernel image", "page table", "kernel memory", "active text", "active anonymous", "active file", "idle anonymous", "other",
	"inactive file", "free", "no memory",
}

func (c Class) String() string {
	if c < classes {
		return classNames[c]
	}
	return fmt.Sprintf("class %d", uint8(c))
}

// Run is a number of frames side by side that have the same class.
type Run struct {
	Frames uint32
	Class  Class
}

// Map is the class of each frame, from frame 0 on. The zero Map says nothing.
type Map struct {
	Runs []Run // none is empty, and neighbours differ
}

// Add gives the next n frames a class.
func (m *Map) Add(n uint32, c Class) {
	if n == 0 {
		return
	}
	if last := len(m.Runs) - 1; last >= 0 && m.Runs[last].Class == c {
		m.Runs[last].Frames += n
		return
	}
	m.Runs = append(m.Runs, Run{n, c})
}

// Frames returns how many frames have a class.
func (m Map) Frames() (n uint64) {
	for _, r := range m.Runs {
		n += uint64(r.Frames)
	}
	return n
}

// Count returns how many frames have each class. A class that none has is left out.
func (m Map) Count() map[Class]uint64 {
	counts := map[Class]uint64{}
	for _, r := range m.Runs {
		counts[r.Class] += uint64(r.Frames)
	}
	return counts
}

// All returns each run with the number of its first frame.
func (m Map) All() iter.Seq2[uint64, Run] {
	return func(yield func(uint64, Run) bool) {
		first := uint64(0)
		for _, r := range m.Runs {
			if !yield(first, r) {
				return
			}
			first += uint64(r.Frames)
		}
	}
}

// magic begins every encoded Map; its last byte is the version.
const magic = "VMP1"

// ErrDamaged says that bytes are no Map.
var ErrDamaged = errors.New("not a map of page frames")

// Encode returns m as it travels; see the package's comment.
func (m Map) Encode() []byte {
	b := append(make([]byte, 0, 16+3*len(m.Runs)), magic...)
	b = binary.AppendUvarint(b, uint64(len(m.Runs)))
	for _, r := range m.Runs {
		b = binary.AppendUvarint(b, uint64(r.Frames)<<4|uint64(r.Class))
	}
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// Decode reads a Map that Encode has written. Everything else is ErrDamaged: b comes from a guest, which is not trusted. A Map takes
// at most eight times the room of b.
func Decode(b []byte) (Map, error) {
	damaged := func(what string, args ...any) (Map, error) {
		return Map{}, fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(what, args...))
	}
	const sum = 4
	if len(b) < len(magic)+1+sum || string(b[:len(magic)]) != magic {
		return damaged("it does not begin with %s", magic)
	}
	body, want := b[:len(b)-sum], binary.BigEndian.Uint32(b[len(b)-sum:])
	if got := crc32.ChecksumIEEE(body); got != want {
		return damaged("its checksum is %08x and not %08x", got, want)
	}
	rest := body[len(magic):]
	count, n := binary.Uvarint(rest)
	if rest = rest[max(0, n):]; n <= 0 || count > uint64(len(rest)) {
		return damaged("it cannot have %d runs", count)
	}
	m := Map{Runs: make([]Run, 0, count)}
	total := uint64(0)
	for range count {
		v, n := binary.Uvarint(rest)
		frames, class := v>>4, Class(v&0xf)
		switch {
		case n <= 0:
			return damaged("it ends in the middle of a run")
		case class >= classes:
			return damaged("there is no %v", class)
		case frames == 0 || frames > MaxFrames-total:
			return damaged("a run of %d frames behind %d", frames, total)
		}
		rest, total = rest[n:], total+frames
		m.Add(uint32(frames), class)
	}
	if len(rest) > 0 {
		return damaged("%d bytes stand behind its end", len(rest))
	}
	return m, nil
}
