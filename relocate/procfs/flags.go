package procfs

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"vmstudy/relocate/pages"
)

// Bits of kpageflags, as include/uapi/linux/kernel-page-flags.h numbers them.
const (
	flagLRU       = 1 << 5
	flagActive    = 1 << 6
	flagSlab      = 1 << 7
	flagBuddy     = 1 << 10
	flagAnon      = 1 << 12
	flagHead      = 1 << 15 // of a compound page, whose flags stand here
	flagTail      = 1 << 16 // of a compound page
	flagNoPage    = 1 << 20
	flagOffline   = 1 << 23
	flagPageTable = 1 << 26
)

// class returns the class of a frame by its flags. In a compound page only the first frame has flags that say much: before is the
// class of the frame before.
func class(flags uint64, before pages.Class) pages.Class {
	switch {
	case flags&(flagNoPage|flagOffline) != 0:
		return pages.NoMemory
	case flags&flagBuddy != 0:
		return pages.Free
	case flags&flagPageTable != 0:
		return pages.PageTable
	case flags&flagSlab != 0:
		return pages.KernelMemory
	case flags&flagAnon != 0:
		return pages.IdleAnon
	case flags&flagLRU != 0 && flags&flagActive != 0:
		return pages.ActiveFile
	case flags&flagLRU != 0:
		return pages.InactiveFile
	case flags&flagTail != 0:
		return before
	}
	return pages.KernelMemory // taken by the kernel, which does not say what for
}

// flagRoom is how many frames' flags are read at once.
const flagRoom = 1 << 15

// known is what is known of each frame from elsewhere than its flags: its class plus 1, or 0 if nothing is.
type known []uint8

func (k known) set(frame uint64, c pages.Class) {
	if frame < uint64(len(k)) {
		k[frame] = uint8(c) + 1
	}
}

// has reports whether frame is known to have the class.
func (k known) has(frame uint64, c pages.Class) bool {
	return frame < uint64(len(k)) && k[frame] == uint8(c)+1
}

// classify puts the classes of the frames of a range into m.
func classify(flags io.ReaderAt, in span, k known, m *pages.Map) error {
	room := make([]byte, 8*flagRoom)
	before, run := pages.KernelMemory, pages.Run{}
	for first := in.first; first < in.end; first += flagRoom {
		some := room[:8*min(flagRoom, in.end-first)]
		if _, err := flags.ReadAt(some, int64(8*first)); err != nil {
			return fmt.Errorf("kpageflags of frame %d: %w", first, err)
		}
		for i, of := range k[first : first+uint64(len(some)/8)] {
			c := class(binary.NativeEndian.Uint64(some[8*i:]), before)
			before = c
			if of != 0 && c != pages.Free && c != pages.NoMemory {
				c = pages.Class(of - 1)
			}
			if c != run.Class {
				m.Add(run.Frames, run.Class)
				run = pages.Run{Class: c}
			}
			run.Frames++
		}
	}
	m.Add(run.Frames, run.Class)
	return nil
}

func (r Reader) flags() (*os.File, error) { return os.Open(filepath.Join(r.Proc, "kpageflags")) }
