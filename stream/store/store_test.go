package store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vmstudy/stream/store"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

const mib = 1 << 20

func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return s
}

func pack(t testing.TB, s *store.Store, name string, images ...wire.Source) store.Index {
	t.Helper()
	ix, err := s.Pack(t.Context(), name, "content of "+name, images, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// content reads an image back from a store that is opened anew.
func content(t testing.TB, dir, name string, image int) ([]byte, error) {
	t.Helper()
	s := open(t, dir)
	ix, err := s.Index(name)
	if err != nil {
		return nil, err
	}
	source := s.Sources(ix)[image]
	return io.ReadAll(io.NewSectionReader(source.Content, 0, source.Size))
}

func TestWhatIsPackedIsReadBack(t *testing.T) {
	dir := t.TempDir()
	memory, disk := streamtest.Pages(1, 3*mib), streamtest.Pages(2, mib+777)
	pack(t, open(t, dir), "demo", streamtest.Source("memory", memory), streamtest.Source("disk", disk))
	for i, want := range [][]byte{memory, disk} {
		got, err := content(t, dir, "demo", i)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("image %d: %v, equal %v", i, err, bytes.Equal(got, want))
		}
	}
	s := open(t, dir)
	ix, err := s.Index("demo")
	if err != nil || ix.Content != "content of demo" {
		t.Fatalf("index %q, %v", ix.Content, err)
	}
	r := s.Sources(ix)[1].Content
	rapid.Check(t, func(t *rapid.T) {
		off := rapid.IntRange(0, len(disk)-1).Draw(t, "off")
		p := make([]byte, rapid.IntRange(0, 3*wire.ChunkSize).Draw(t, "length"))
		n, err := r.ReadAt(p, int64(off))
		if rest := len(disk) - off; n != min(rest, len(p)) || (err == io.EOF) != (rest < len(p)) || !bytes.Equal(p[:n], disk[off:off+n]) {
			t.Fatalf("ReadAt(%d bytes, %d) = %d, %v, or other bytes", len(p), off, n, err)
		}
	})
}

func TestAChunkIsKeptOnceAndZerosNotAtAll(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	memory := append(streamtest.Pages(1, mib), make([]byte, 8*mib)...)
	pack(t, s, "one", streamtest.Source("memory", memory), streamtest.Source("disk", memory[:mib]))
	first := packBytes(t, dir)
	if first == 0 || first > mib {
		t.Errorf("10 MiB of which 1 MiB differ take %d bytes", first)
	}
	pack(t, s, "two", streamtest.Source("memory", memory[mib/2:]))
	if now := packBytes(t, dir); now != first {
		t.Errorf("an appliance of chunks that are there took %d bytes more", now-first)
	}
	all, err := s.Figures()
	if err != nil {
		t.Fatal(err)
	}
	one, two := all["one"], all["two"]
	if one.Dedup() != 2 || one.Size != 10*mib || one.Filled != 2*one.Distinct || one.Alone == 0 || two.Alone != 0 {
		t.Errorf("figures %+v and %+v, want every chunk twice in one and nothing new in two", one, two)
	}
	if c := one.Compression(); c < 1.1 || one.Stored > first {
		t.Errorf("compression %.2f, %d bytes stored in %d, want a tenth less at least", c, one.Stored, first)
	}
}

// packBytes is how many bytes the packs in dir take.
func packBytes(t testing.TB, dir string) (n int64) {
	t.Helper()
	for _, path := range packsIn(t, dir) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		n += info.Size()
	}
	return n
}

func packsIn(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "packs", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestRemoveGivesBackWhatNobodyElseUses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	shared, own := streamtest.Pages(1, mib), streamtest.Pages(2, mib)
	pack(t, s, "one", streamtest.Source("memory", append(bytes.Clone(shared), own...)))
	before := packBytes(t, dir)
	pack(t, s, "two", streamtest.Source("memory", shared))

	freed, err := s.Remove(t.Context(), "one", nil)
	after := packBytes(t, dir)
	if err != nil || freed != before-after || after > before*6/10 {
		t.Errorf("freed %d, %v; the packs took %d bytes and now %d, want about half", freed, err, before, after)
	}
	for who, got := range map[string]func() ([]byte, error){
		"the store that removed": func() ([]byte, error) {
			ix, err := s.Index("two")
			if err != nil {
				return nil, err
			}
			return io.ReadAll(io.NewSectionReader(s.Sources(ix)[0].Content, 0, mib))
		},
		"a store opened anew": func() ([]byte, error) { return content(t, dir, "two", 0) },
	} {
		if data, err := got(); err != nil || !bytes.Equal(data, shared) {
			t.Errorf("%s: what the other appliance shares: %v, equal %v", who, err, bytes.Equal(data, shared))
		}
	}
	if _, err := s.Remove(t.Context(), "one", nil); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("removing it again: %v, want %v", err, study.ErrNotFound)
	}
	if _, err := s.Remove(t.Context(), "two", nil); err != nil || len(packsIn(t, dir)) != 0 {
		t.Errorf("removing the last: %v, %d packs left", err, len(packsIn(t, dir)))
	}
}

func TestDamageIsNamedAndNeverReadAndMendedByPackingAnew(t *testing.T) {
	image := streamtest.Pages(1, mib)
	source := streamtest.Source("memory", image)
	for name, damage := range map[string]func(t *testing.T, dir string){
		"a bit of a chunk": func(t *testing.T, dir string) {
			change(t, packsIn(t, dir)[0], func(b []byte) []byte { b[len(b)/3] ^= 4; return b })
		},
		"a bit of a directory": func(t *testing.T, dir string) {
			change(t, packsIn(t, dir)[0], func(b []byte) []byte { b[len(b)-100] ^= 4; return b })
		},
		"a pack cut short": func(t *testing.T, dir string) {
			change(t, packsIn(t, dir)[0], func(b []byte) []byte { return b[:len(b)/2] })
		},
		"a pack that is gone": func(t *testing.T, dir string) {
			if err := os.Remove(packsIn(t, dir)[0]); err != nil {
				t.Fatal(err)
			}
		},
		"a bit of the index": func(t *testing.T, dir string) {
			change(t, filepath.Join(dir, "indexes", "demo.index"), func(b []byte) []byte { b[len(b)/2] ^= 4; return b })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			pack(t, open(t, dir), "demo", source)
			s := open(t, dir)
			if found, err := s.Verify(t.Context(), "", nil); err != nil || len(found) != 0 {
				t.Fatalf("damage in a new store: %v, %v", found, err)
			}
			damage(t, dir)
			s = open(t, dir)
			found, err := s.Verify(t.Context(), "demo", nil)
			if err != nil || len(found) == 0 || !strings.HasPrefix(found[len(found)-1].String(), "demo: ") {
				t.Errorf("found %v, %v; want damage of demo", found, err)
			}
			if got, err := content(t, dir, "demo", 0); err == nil {
				t.Errorf("the image was read, equal %v", bytes.Equal(got, image))
			}
			pack(t, s, "demo", source)
			if got, err := content(t, dir, "demo", 0); err != nil || !bytes.Equal(got, image) {
				t.Errorf("after packing anew: %v, equal %v", err, bytes.Equal(got, image))
			}
		})
	}
}

func TestWhatAnotherStoreChangesIsNotReliedOn(t *testing.T) {
	image := streamtest.Pages(1, mib)
	source := streamtest.Source("memory", image)
	for name, change := range map[string]func(t *testing.T, dir string){
		"an appliance is removed": func(t *testing.T, dir string) {
			if _, err := open(t, dir).Remove(t.Context(), "one", nil); err != nil {
				t.Fatal(err)
			}
		},
		"it is removed, and its chunks are rewritten for another": func(t *testing.T, dir string) {
			other := open(t, dir)
			pack(t, other, "two", streamtest.Source("memory", image[:mib/2]))
			if _, err := other.Remove(t.Context(), "one", nil); err != nil {
				t.Fatal(err)
			}
		},
		"a chunk that was read before is damaged": func(t *testing.T, dir string) {
			change(t, packsIn(t, dir)[0], func(b []byte) []byte { b[len(b)/3] ^= 4; return b })
		},
		"a directory is damaged": func(t *testing.T, dir string) {
			change(t, packsIn(t, dir)[0], func(b []byte) []byte { b[len(b)-100] ^= 4; return b })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			first := open(t, dir)
			pack(t, first, "one", source)
			ix, err := first.Index("one")
			if err != nil {
				t.Fatal(err)
			}
			before := first.Sources(ix)[0].Content
			if got, err := io.ReadAll(io.NewSectionReader(before, 0, mib)); err != nil || !bytes.Equal(got, image) {
				t.Fatalf("what was packed is read: %v, equal %v", err, bytes.Equal(got, image))
			}
			change(t, dir)
			pack(t, first, "one", source)
			if got, err := content(t, dir, "one", 0); err != nil || !bytes.Equal(got, image) {
				t.Errorf("packed anew it is read by others: %v, equal %v", err, bytes.Equal(got, image))
			}
			for who, s := range map[string]*store.Store{"the same store": first, "a store opened anew": open(t, dir)} {
				found, err := s.Verify(t.Context(), "one", nil)
				if i := slices.IndexFunc(found, func(d store.Damage) bool { return d.Appliance != "" }); err != nil || i >= 0 {
					t.Errorf("%s finds %v, %v; want no damage of it", who, found, err)
				}
			}
			if got, err := io.ReadAll(io.NewSectionReader(before, 0, mib)); err != nil || !bytes.Equal(got, image) {
				t.Errorf("whoever reads since before: %v, equal %v", err, bytes.Equal(got, image))
			}
			if _, err := first.Remove(t.Context(), "one", nil); err != nil {
				t.Errorf("removing it by the same store: %v", err)
			}
		})
	}
}

func change(t *testing.T, path string, how func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, how(b), 0o644); err != nil {
		t.Fatal(err)
	}
}

// stopping is content whose reader is stopped in the middle.
type stopping struct {
	io.ReaderAt
	after int64
	stop  context.CancelFunc
}

func (s stopping) ReadAt(p []byte, off int64) (int, error) {
	if off >= s.after {
		s.stop()
	}
	return s.ReaderAt.ReadAt(p, off)
}

func TestAPackThatIsStoppedLeavesTheStoreAsItWas(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	image := streamtest.Pages(1, mib)
	pack(t, s, "demo", streamtest.Source("memory", image))

	ctx, cancel := context.WithCancel(t.Context())
	source := streamtest.Source("memory", streamtest.Pages(2, 8*mib))
	source.Content = stopping{source.Content, 6 * mib, cancel}
	if _, err := s.Pack(ctx, "demo", "other", []wire.Source{source}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Pack = %v, want %v", err, context.Canceled)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "*.unfinished-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if got, err := content(t, dir, "demo", 0); err != nil || !bytes.Equal(got, image) {
		t.Errorf("what was there: %v, equal %v", err, bytes.Equal(got, image))
	}
}

func TestOnlyOneMayWriteAndClearsAwayWhatAKilledOneLeft(t *testing.T) {
	dir := t.TempDir()
	one, two := open(t, dir), open(t, dir)
	stale := filepath.Join(dir, "packs", "pack.unfinished-123")
	if err := os.WriteFile(stale, []byte("half a pack"), 0o644); err != nil {
		t.Fatal(err)
	}
	source := streamtest.Source("memory", streamtest.Pages(1, mib))
	inner := source
	inner.Content = during{source.Content, func() {
		if _, err := os.Stat(stale); err == nil {
			t.Error("what a killed writer left is still there")
		}
		_, err := two.Pack(t.Context(), "two", "c", []wire.Source{source}, nil)
		if !errors.Is(err, study.ErrConflict) || study.Sentence(err) == "" {
			t.Errorf("two writers at once: %v, want a sentence of kind %v", err, study.ErrConflict)
		}
	}}
	pack(t, one, "one", inner)
}

// during does something else while it is read.
type during struct {
	io.ReaderAt
	do func()
}

func (d during) ReadAt(p []byte, off int64) (int, error) {
	d.do()
	return d.ReaderAt.ReadAt(p, off)
}

func TestAbsurdImagesAndNamesAreRefused(t *testing.T) {
	s := open(t, t.TempDir())
	ok := streamtest.Source("memory", make([]byte, mib))
	huge := ok
	huge.Size = 1 << 50
	for name, try := range map[string]struct {
		name   string
		images []wire.Source
	}{
		"a petabyte":                 {"demo", []wire.Source{huge}},
		"no image":                   {"demo", nil},
		"a name that is a path":      {"../demo", []wire.Source{ok}},
		"an image twice":             {"demo", []wire.Source{ok, ok}},
		"an image that is not there": {"demo", []wire.Source{{ImageInfo: ok.ImageInfo, Content: bytes.NewReader(nil)}}},
	} {
		if _, err := s.Pack(t.Context(), try.name, "c", try.images, nil); err == nil {
			t.Errorf("%s was packed", name)
		}
	}
}

func BenchmarkPack(b *testing.B) {
	image := streamtest.Pages(1, 64*mib)
	b.SetBytes(int64(len(image)))
	for b.Loop() {
		dir, err := os.MkdirTemp(b.TempDir(), "store")
		if err != nil {
			b.Fatal(err)
		}
		pack(b, open(b, dir), "demo", streamtest.Source("memory", image))
	}
}
