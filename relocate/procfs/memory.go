package procfs

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"vmstudy/relocate/pages"
)

// span is page frames side by side, without end.
type span struct{ first, end uint64 }

// memory reads which frames are memory, and which of these the kernel's image lies in, in the order of their addresses.
func (r Reader) memory() (ram, kernel []span, err error) {
	f, err := os.Open(filepath.Join(r.Proc, "iomem"))
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		addresses, what, ok := strings.Cut(strings.TrimSpace(lines.Text()), " : ")
		from, to, dash := strings.Cut(addresses, "-")
		if !ok || !dash {
			continue
		}
		first, err1 := strconv.ParseUint(from, 16, 64)
		last, err2 := strconv.ParseUint(to, 16, 64)
		if err1 != nil || err2 != nil || last < first {
			return nil, nil, fmt.Errorf("iomem: %q are no addresses", addresses)
		}
		switch what {
		case "System RAM": // whole frames only
			if s := (span{(first + pages.FrameSize - 1) / pages.FrameSize, (last + 1) / pages.FrameSize}); s.first < s.end {
				ram = append(ram, s)
			}
		case "Kernel code", "Kernel rodata", "Kernel data", "Kernel bss":
			kernel = append(kernel, span{first / pages.FrameSize, last/pages.FrameSize + 1})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, err
	}
	// Whoever is not root sees only zeros.
	if len(ram) == 0 || ram[len(ram)-1].end > pages.MaxFrames {
		return nil, nil, fmt.Errorf("iomem does not say where the memory is: only root may read it")
	}
	return ram, kernel, nil
}
