package mount_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"vmstudy/stream"
	"vmstudy/stream/mount"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
)

const mib = 1 << 20

// mapEnv makes this test binary a child that maps a file and touches pages, see mapped.
const mapEnv = "STREAM_MOUNT_TEST_MAP"

func TestMain(m *testing.M) {
	if path := os.Getenv(mapEnv); path != "" {
		if err := touchMapped(path, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if role := os.Getenv(roleEnv); role != "" {
		if err := playRole(role, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// touchMapped maps the file, private or shared, and touches the given pages: "12" reads the
// first byte of page 12, "12=7" makes it 7. It prints what it reads.
func touchMapped(path string, pages []string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	flags := map[string]int{"shared": unix.MAP_SHARED, "private": unix.MAP_PRIVATE}[pages[0]]
	mem, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ|unix.PROT_WRITE, flags)
	if err != nil {
		return err
	}
	for _, page := range pages[1:] {
		index, value, write := strings.Cut(page, "=")
		at, err := strconv.Atoi(index)
		if err != nil {
			return err
		}
		if write {
			v, err := strconv.Atoi(value)
			if err != nil {
				return err
			}
			mem[at*wire.ChunkSize] = byte(v)
		}
		fmt.Println(mem[at*wire.ChunkSize])
	}
	return unix.Munmap(mem)
}

// mapped runs touchMapped in a child, and returns what it printed.
func mapped(t *testing.T, path string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), mapEnv+"="+path)
	return output(t, cmd)
}

// run runs a command in a child and returns what it printed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	return output(t, exec.CommandContext(t.Context(), name, args...))
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v: %s", cmd.Args, err, stderr.Bytes())
	}
	return string(out)
}

// needFUSE skips the test where nothing can be mounted, unless STUDYCTL_REQUIRE names fuse.
func needFUSE(t testing.TB) {
	t.Helper()
	_, err := os.Stat("/dev/fuse")
	if err == nil && os.Geteuid() != 0 {
		_, err = exec.LookPath("fusermount3")
	}
	if err == nil {
		return
	}
	if slices.Contains(strings.Split(os.Getenv("STUDYCTL_REQUIRE"), ","), "fuse") {
		t.Fatalf("fuse is required: %v", err)
	}
	t.Skipf("no FUSE: %v", err)
}

// mounted serves content as the image "memory", and mounts it.
func mounted(t testing.TB, content []byte) (*stream.Near, *mount.Mount) {
	t.Helper()
	needFUSE(t)
	near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source("memory", content)), stream.Options{})
	m, err := mount.At(t.TempDir(), near)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := m.Warning(); err != nil {
		t.Error(err)
	}
	return near, m
}

// accessed returns the chunks that were touched so far, in order.
func accessed(near *stream.Near) []int {
	var indices []int
	for _, a := range near.Trace().Accesses {
		indices = append(indices, int(a.Index))
	}
	return indices
}

func TestAMountedImageIsTheOriginal(t *testing.T) {
	for name, tc := range map[string]struct {
		size    int64
		command string
	}{
		"page by page":      {4*mib + 100, `sha256sum "$0"`},
		"in large requests": {64 * mib, `dd if="$0" bs=1M iflag=direct status=none | sha256sum`},
	} {
		t.Run(name, func(t *testing.T) {
			content := streamtest.Pages(1, tc.size)
			_, m := mounted(t, content)
			got := run(t, "sh", "-c", tc.command, m.Path("memory"))
			if want := fmt.Sprintf("%x", sha256.Sum256(content)); !strings.HasPrefix(got, want) {
				t.Errorf("sha256sum says %s, want %s", got, want)
			}
		})
	}
}

func TestExactlyTheTouchedPagesAreFetched(t *testing.T) {
	for name, tc := range map[string]struct {
		touch func(t *testing.T, path string)
		want  []int
	}{
		"dd reads single pages": {
			touch: func(t *testing.T, path string) {
				for _, page := range []int{700, 3, 4, 1023} {
					run(t, "dd", "if="+path, "of=/dev/null", "bs=4096", "count=1", "skip="+strconv.Itoa(page))
				}
			},
			want: []int{700, 3, 4, 1023},
		},
		"a private mapping is read and written": {
			touch: func(t *testing.T, path string) { mapped(t, path, "private", "700", "3=1", "4", "1023") },
			want:  []int{700, 3, 4, 1023},
		},
		"a shared mapping is read and written": {
			touch: func(t *testing.T, path string) { mapped(t, path, "shared", "700", "3=1", "4", "1023") },
			want:  []int{700, 3, 4, 1023},
		},
		"whole pages are written": {
			touch: func(t *testing.T, path string) {
				run(t, "dd", "if=/dev/zero", "of="+path, "bs=64k", "count=2", "conv=notrunc")
			},
			want: nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			near, m := mounted(t, streamtest.Pages(2, 4*mib))
			tc.touch(t, m.Path("memory"))
			if got := accessed(near); !slices.Equal(got, tc.want) {
				t.Errorf("chunks accessed %v, want %v", got, tc.want)
			}
			if s := near.Stats(); s.Demanded != len(tc.want) {
				t.Errorf("%d chunks fetched, want %d", s.Demanded, len(tc.want))
			}
		})
	}
}

func TestADirectReadFetchesWhatItLacksAtOnce(t *testing.T) {
	near, m := mounted(t, streamtest.Pages(3, 4*mib))
	run(t, "dd", "if="+m.Path("memory"), "of=/dev/null", "bs=128k", "count=1", "iflag=direct")
	if s := near.Stats(); s.Waits != 1 || s.Demanded != 32 {
		t.Errorf("%d waits for %d chunks, want 1 for 32", s.Waits, s.Demanded)
	}
}

func TestWritesAreReadBackAndNeverReachTheOrigin(t *testing.T) {
	content := streamtest.Pages(4, mib)
	want := bytes.Clone(content)
	near, m := mounted(t, content)

	mapped(t, m.Path("memory"), "shared", "5=42", "6=43")
	want[5*wire.ChunkSize], want[6*wire.ChunkSize] = 42, 43
	patch := bytes.Repeat([]byte("patch"), 2000)
	cmd := exec.CommandContext(t.Context(), "dd", "of="+m.Path("memory"), "bs=10000", "seek=3", "conv=notrunc")
	cmd.Stdin = bytes.NewReader(patch)
	output(t, cmd)
	copy(want[30000:], patch)

	if got := run(t, "cat", m.Path("memory")); got != string(want) {
		t.Error("the file does not read back as written")
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if _, err := near.Images()[0].ReadAt(got, 0); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the stream does not hold what was written: %v", err)
	}
}

func TestReadsEndWithAnErrorWhenTheStreamIsClosed(t *testing.T) {
	near, m := mounted(t, streamtest.Pages(5, mib))
	if err := near.Close(); err != nil {
		t.Fatal(err)
	}
	cat := exec.CommandContext(t.Context(), "cat", m.Path("memory"))
	cat.Env = []string{"LC_ALL=C"}
	out, err := cat.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "Input/output error") {
		t.Errorf("cat says %q, %v; want %v", out, err, unix.EIO)
	}
}

func TestCloseDetachesAMountInUseAndMayBeRepeated(t *testing.T) {
	_, m := mounted(t, streamtest.Pages(6, mib))
	user := exec.CommandContext(t.Context(), "sh", "-c", "exec 3<"+m.Path("memory")+"; echo open; read line")
	stdin, err := user.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := user.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := user.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := m.Close(); err != nil {
			t.Errorf("Close of a mount in use: %v", err)
		}
	}
	if out := run(t, "ls", m.Dir()); out != "" {
		t.Errorf("the directory still shows %q", out)
	}
	_ = stdin.Close()
	var exit *exec.ExitError
	if err := user.Wait(); err != nil && !errors.As(err, &exit) {
		t.Error(err)
	}
}

func TestSweepFindsMountsAndDetachesThem(t *testing.T) {
	for name, way := range map[string]func(t *testing.T, dir string) string{
		"by their own path": func(_ *testing.T, dir string) string { return dir },
		"by a directory above them": func(_ *testing.T, dir string) string {
			return filepath.Dir(dir)
		},
		"by a symbolic link": func(t *testing.T, dir string) string {
			link := filepath.Join(t.TempDir(), "link")
			if err := os.Symlink(filepath.Dir(dir), link); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(link, filepath.Base(dir))
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, m := mounted(t, streamtest.Pages(7, mib))
			dir := way(t, m.Dir())
			for i, want := range []int{1, 0} {
				if got, err := mount.Sweep(dir); got != want || err != nil {
					t.Errorf("sweep %d = %d, %v; want %d", i, got, err, want)
				}
			}
		})
	}
	if got, err := mount.Sweep(filepath.Join(t.TempDir(), "not", "there")); got != 0 || err != nil {
		t.Errorf("sweep of nothing = %d, %v", got, err)
	}
}
