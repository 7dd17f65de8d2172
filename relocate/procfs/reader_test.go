package procfs

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/relocate/pages"
	"vmstudy/studytest"
)

// pretended is a directory like /proc.
type pretended struct {
	t   *testing.T
	dir string
}

func (p pretended) write(name string, content []byte) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// words writes numbers as the kernel does: 64 bits each, in its own order of bytes.
func (p pretended) words(name string, words ...uint64) {
	var b []byte
	for _, w := range words {
		b = binary.NativeEndian.AppendUint64(b, w)
	}
	p.write(name, b)
}

// process writes a process that has mapped frames at the pages 16, 17, 18 ...
func (p pretended) process(pid int, schedstat string, entries ...uint64) {
	dir := strconv.Itoa(pid)
	p.write(dir+"/task/"+dir+"/schedstat", []byte(schedstat))
	p.write(dir+"/maps", fmt.Appendf(nil, "10000-%x rw-p 00000000 00:00 0\nffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n", (16+len(entries))*pages.FrameSize))
	p.words(dir+"/pagemap", append(make([]uint64, 16), entries...)...)
}

// machine has frames 1 to 9 and 16 to 25 as memory. The kernel lies in frame 18. Process 7 has mapped frames 4, 5, 20 and 21.
func machine(t *testing.T) pretended {
	p := pretended{t, t.TempDir()}
	p.write("iomem", []byte(strings.Join([]string{
		"00000000-00000fff : Reserved",
		"00001000-00009fff : System RAM",
		"0000a000-0000ffff : Reserved",
		"00010000-00019fff : System RAM",
		"  00012000-000127ff : Kernel code",
		"00020000-0002ffff : PCI Bus 0000:00", "",
	}, "\n")))
	p.words("kpageflags",
		0,                                // 0, no memory
		flagSlab, flagSlab|flagPageTable, // 1: slab; 2: page table
		flagBuddy, flagBuddy, // 3 and 4: free, whoever claims 4
		flagAnon|flagLRU, flagAnon, // 5: of process 7; 6: of another
		flagLRU|flagActive, flagLRU, 0, // 7, 8: file cache; 9: the kernel's own
		0, 0, 0, 0, 0, 0, // 10 to 15, no memory
		flagSlab|flagHead, flagTail, // 16 and 17: a compound page of the kernel
		0, flagNoPage, // 18: the kernel; 19: nothing
		flagLRU, flagLRU|flagAnon, // 20: text of process 7; 21: its heap
		flagAnon|flagHead, flagTail, flagTail, // 22 to 24: a huge page of another
		flagOffline, // 25
	)
	p.process(7, "12345 0 3\n", mapPresent|mapFile|20, mapPresent|21, 99 /* swapped out */, mapPresent|5, mapPresent|4)
	p.process(8, "99 0 3\n", mapPresent|6)
	return p
}

func TestEachFrameHasTheClassOfItsUse(t *testing.T) {
	p := machine(t)
	m, err := Reader{p.dir}.Read([]int{7, 4711})
	if err != nil {
		t.Fatal(err)
	}
	want := pages.Map{Runs: []pages.Run{
		{Frames: 1, Class: pages.NoMemory},
		{Frames: 1, Class: pages.KernelMemory},
		{Frames: 1, Class: pages.PageTable},
		{Frames: 2, Class: pages.Free},
		{Frames: 1, Class: pages.ActiveAnon},
		{Frames: 1, Class: pages.IdleAnon},
		{Frames: 1, Class: pages.ActiveFile},
		{Frames: 1, Class: pages.InactiveFile},
		{Frames: 1, Class: pages.KernelMemory},
		{Frames: 6, Class: pages.NoMemory},
		{Frames: 2, Class: pages.KernelMemory},
		{Frames: 1, Class: pages.KernelImage},
		{Frames: 1, Class: pages.NoMemory},
		{Frames: 1, Class: pages.ActiveText},
		{Frames: 1, Class: pages.ActiveAnon},
		{Frames: 3, Class: pages.IdleAnon},
		{Frames: 1, Class: pages.NoMemory},
	}}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	for name, tc := range map[string]struct {
		file, content, say string
	}{
		"who is not root sees no addresses": {"iomem", "00000000-00000000 : System RAM\n", "only root"},
		"addresses that are none":           {"iomem", "0x1-zz : System RAM\n", "are no addresses"},
		"memory that lies over other":       {"iomem", "00001000-00009fff : System RAM\n00002000-00019fff : System RAM\n", "twice"},
		"fewer flags than frames":           {"kpageflags", "short", "kpageflags of frame"},
	} {
		p := machine(t)
		p.write(tc.file, []byte(tc.content))
		if _, err := (Reader{p.dir}).Read(nil); err == nil || !strings.Contains(err.Error(), tc.say) {
			t.Errorf("%s: %v, want %q", name, err, tc.say)
		}
	}
}

func TestWhoRanLatelyIsActive(t *testing.T) {
	p := machine(t)
	w, began := NewWatch(p.dir), time.Now()
	active := func(want ...int) {
		t.Helper()
		got, err := w.Active()
		if slices.Sort(got); err != nil || !slices.Equal(got, want) {
			t.Errorf("active %v, %v; want %v", got, err, want)
		}
	}
	sample := func(after time.Duration) {
		t.Helper()
		if err := w.Sample(began.Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	active(7, 8) // nobody has looked before
	sample(0)
	active()
	p.write("7/task/7/schedstat", []byte("12346 0 4\n"))
	p.process(9, "1 0 1\n") // is new
	active(7, 9)
	for s := range 5 {
		sample(time.Duration(s+1) * 4 * time.Second) // the last one after 20 s; the oldest that counts is of 4 s
	}
	active()
	p.write("8/task/8/schedstat", []byte("100 0 4\n"))
	active(8)
	sample(40 * time.Second)
	sample(60 * time.Second)
	active()
	p.write("7/task/11/schedstat", []byte("5 0 1\n")) // another thread of it
	active(7)
}

func TestAKernelWithoutSchedstatIsWatchedByItsTicks(t *testing.T) {
	p := pretended{t, t.TempDir()}
	stat := func(user int) []byte {
		return fmt.Appendf(nil, "7 (a (strange) name) S 1 7 7 0 -1 4194560 1 0 0 0 %d 5 0 0 20 0 1 0 1 1 1\n", user)
	}
	p.write("7/stat", stat(3))
	p.write("7/task/7/stat", nil)
	w := NewWatch(p.dir)
	if err := w.Sample(time.Now()); err != nil {
		t.Fatal(err)
	}
	if active, err := w.Active(); err != nil || len(active) != 0 {
		t.Errorf("active %v, %v", active, err)
	}
	p.write("7/stat", stat(4))
	if active, err := w.Active(); err != nil || !slices.Equal(active, []int{7}) {
		t.Errorf("active %v, %v; want 7", active, err)
	}
}

// TestThisKernelSaysWhatItsMemoryIsFor compares what is read of the kernel that runs the test with what the kernel itself says of the
// whole.
func TestThisKernelSaysWhatItsMemoryIsFor(t *testing.T) {
	studytest.Need(t, "root")
	heap := make([]byte, 64<<20)
	for i := 0; i < len(heap); i += pages.FrameSize {
		heap[i] = 1
	}
	// Other programs take and give back memory meanwhile. So the kernel is asked before and after, and up to ten times.
	var wrong []string
	for range 10 {
		before := meminfo(t)
		m, err := Reader{"/proc"}.Read([]int{os.Getpid()})
		if err != nil {
			t.Fatal(err)
		}
		after := meminfo(t)
		if heap[0] != 1 { // keeps it
			t.Error("the heap has changed")
		}
		if wrong = compare(m, before, after); len(wrong) == 0 {
			return
		}
	}
	t.Errorf("in KiB: %s", strings.Join(wrong, "; "))
}

// compare names the classes whose number of frames is not what the kernel said before and after they were counted.
func compare(m pages.Map, before, after func(string) float64) (wrong []string) {
	count := m.Count()
	got := func(c pages.Class) float64 { return float64(count[c]) * pages.FrameSize / 1024 }
	least := func(name string) float64 { return min(before(name), after(name)) }
	most := func(name string) float64 { return max(before(name), after(name)) }
	const spare = 64 << 10
	for name, tc := range map[string]struct{ got, least, most float64 }{
		"free":                {got(pages.Free), least("Buddies") - spare, most("Buddies") + spare},
		"page tables":         {got(pages.PageTable), 0.5 * least("PageTables"), 2*most("PageTables") + spare/2},
		"the heap of this":    {got(pages.ActiveAnon), 64 << 10, 1 << 20},
		"the program of this": {got(pages.ActiveText), 512, 1 << 20},
		"the kernel itself":   {got(pages.KernelImage), 4 << 10, 256 << 10},
		"all that is memory":  {float64(m.Frames()-count[pages.NoMemory]) * 4, 0.95 * least("MemTotal"), 1.15*most("MemTotal") + 4*spare},
	} {
		if tc.got < tc.least || tc.got > tc.most {
			wrong = append(wrong, fmt.Sprintf("%s: %.0f, want %.0f to %.0f", name, tc.got, tc.least, tc.most))
		}
	}
	return wrong
}

// buddies returns how much memory the kernel has in its lists of free blocks, in KiB. A kernel may call more memory free: what it has
// not begun to manage yet, and of which it knows nothing by the frame.
func buddies(t *testing.T) (free float64) {
	t.Helper()
	info, err := os.ReadFile("/proc/buddyinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(info)) { // Node 0, zone DMA 3 0 ...
		for order, blocks := range strings.Fields(line)[4:] {
			n, err := strconv.ParseUint(blocks, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			free += float64(n << order * pages.FrameSize / 1024)
		}
	}
	return free
}

// meminfo returns what the kernel says of its memory, in KiB, by name. "Buddies" are what it has in its lists of free blocks.
func meminfo(t *testing.T) func(name string) float64 {
	t.Helper()
	free := buddies(t)
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) float64 {
		if name == "Buddies" {
			return free
		}
		found := regexp.MustCompile(name + `: +(\d+) kB`).FindSubmatch(info)
		if found == nil {
			t.Fatalf("no %s", name)
		}
		n, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func BenchmarkRead(b *testing.B) {
	studytest.Need(b, "root")
	r := Reader{"/proc"}
	for b.Loop() {
		m, err := r.Read([]int{os.Getpid()})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(m.Frames()), "ns/frame")
		b.ReportMetric(float64(len(m.Encode())), "bytes")
	}
}
