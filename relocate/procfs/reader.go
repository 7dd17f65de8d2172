package procfs

import (
	"fmt"

	"vmstudy/relocate/pages"
)

// Reader reads what a kernel uses its memory for.
type Reader struct {
	Proc string // where the process file system is mounted, usually /proc
}

// Read returns the class of each page frame. active are the processes whose frames are needed first; see Watch.
func (r Reader) Read(active []int) (m pages.Map, err error) {
	ram, kernel, err := r.memory()
	if err != nil {
		return pages.Map{}, err
	}
	k := make(known, ram[len(ram)-1].end)
	for _, pid := range active {
		_ = r.frames(pid, k) // a process that has ended needs nothing
	}
	for _, s := range kernel {
		for frame := s.first; frame < s.end; frame++ {
			k.set(frame, pages.KernelImage)
		}
	}
	flags, err := r.flags()
	if err != nil {
		return pages.Map{}, err
	}
	defer flags.Close()
	at := uint64(0)
	for _, in := range ram {
		if in.first < at {
			return pages.Map{}, fmt.Errorf("iomem says twice that frame %d is memory", in.first)
		}
		m.Add(uint32(in.first-at), pages.NoMemory)
		if err := classify(flags, in, k, &m); err != nil {
			return pages.Map{}, err
		}
		at = in.end
	}
	return m, nil
}
