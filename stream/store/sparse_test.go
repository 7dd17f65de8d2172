package store_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/stream"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
)

// sparseFile makes a file of size bytes that has data at offset at, and is opened as an image.
func sparseFile(t *testing.T, size, at int64, data []byte) wire.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.raw")
	f, err := os.Create(path)
	if err == nil {
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.WriteAt(data, at)
	}
	if err == nil {
		err = f.Close()
	}
	source, file, openErr := stream.OpenFile("disk", path)
	if err != nil || openErr != nil {
		t.Fatal(err, openErr)
	}
	t.Cleanup(func() { _ = file.Close() })
	return source
}

func TestHolesAreNotReadAndChangeNothing(t *testing.T) {
	const size, at = 40*mib + 777, 20 * mib
	data := streamtest.Pages(1, 3*mib)
	dense := make([]byte, size)
	copy(dense[at:], data)
	copy(dense[size-len("the end"):], "the end")
	sparse := sparseFile(t, size, at, data)
	w, err := os.OpenFile(sparse.Content.(*os.File).Name(), os.O_WRONLY, 0)
	if err == nil {
		_, err = w.WriteAt([]byte("the end"), size-int64(len("the end")))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	var packs [2][]string
	var ids [2]string
	read := 0
	for i, source := range []wire.Source{streamtest.Source("disk", dense), sparse} {
		dir := t.TempDir()
		read = 0
		ix, err := open(t, dir).Pack(t.Context(), "demo", "", []wire.Source{source}, func(int64, int64) { read++ })
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range packsIn(t, dir) {
			packs[i] = append(packs[i], filepath.Base(path))
		}
		ids[i] = ix.Content
		if got, err := content(t, dir, "demo", 0); err != nil || string(got) != string(dense) {
			t.Errorf("image %d is read back with other bytes: %v", i, err)
		}
	}
	if diff := cmp.Diff(packs[0], packs[1]); diff != "" || ids[0] != ids[1] || len(ids[0]) != 64 {
		t.Errorf("packs (-dense +sparse):\n%s\ncontents %v", diff, ids)
	}
	if read > 6 { // blocks of a mebibyte: three of data, the end, and the end of the work
		t.Errorf("%d blocks of the sparse image were read, of 3 MiB that it holds", read)
	}
	other := sparseFile(t, size, at+mib, data)
	ix, err := open(t, t.TempDir()).Pack(t.Context(), "demo", "", []wire.Source{other}, nil)
	if err != nil || ix.Content == ids[0] {
		t.Errorf("the same data elsewhere has the content id %s, too (%v)", ix.Content, err)
	}
}

// What was written before an import failed is of no use to anybody, and on a disk that is full it would stay there.
func TestAPackThatFailsGivesBackTheRoomThatItTook(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	pack(t, s, "demo", streamtest.Source("memory", streamtest.Pages(1, mib)))
	before := packsIn(t, dir)
	noise := make([]byte, 100*mib) // more than a pack, and nothing compresses it
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise)
	source := streamtest.Source("memory", noise)
	source.Size += mib // its end cannot be read
	var packs int
	_, err := s.Pack(t.Context(), "other", "c", []wire.Source{source}, func(int64, int64) { packs = max(packs, len(packsIn(t, dir))) })
	if err == nil || packs < 2 {
		t.Fatalf("%v, with up to %d packs meanwhile", err, packs)
	}
	if diff := cmp.Diff(before, packsIn(t, dir)); diff != "" {
		t.Errorf("packs (-before +after):\n%s", diff)
	}
	if _, err := content(t, dir, "demo", 0); err != nil {
		t.Errorf("what was there: %v", err)
	}
}
