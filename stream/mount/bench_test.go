package mount_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"vmstudy/stream"
	"vmstudy/stream/cache"
	"vmstudy/stream/mount"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
)

const benchSize = 32 * mib

// BenchmarkRead reports what a page costs that is not on the network any more, each read by itself:
// from the near cache, hashed and put into the stream's file; from the stream's file; from the
// kernel's page cache; and, beside them, from a file system that does nothing but answer, which is
// as quick as FUSE is here. One dd reads them all; its start is in the figure.
func BenchmarkRead(b *testing.B) {
	needFUSE(b)
	kept, err := cache.Open(cache.Config{Dir: b.TempDir(), Limit: 4 * benchSize})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = kept.Close() })
	content := streamtest.Pages(8, benchSize)
	for at := 0; at < len(content); at += wire.ChunkSize {
		content[at] |= 1 // a page of zeros is not kept
	}
	dial := streamtest.Origin(b, streamtest.Source("memory", content))
	first := streamtest.Open(b, dial, stream.Options{Cache: kept})
	if _, err := first.Images()[0].ReadAt(make([]byte, benchSize), 0); err != nil {
		b.Fatal(err)
	}
	near := streamtest.Open(b, dial, stream.Options{Cache: kept})
	m, err := mount.At(b.TempDir(), near)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = m.Close() })
	filled, err := mount.At(b.TempDir(), first)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = filled.Close() })
	for _, place := range []struct{ name, path string }{
		{"near cache", m.Path("memory")},
		{"stream's file", filled.Path("memory")},
		{"page cache", filled.Path("memory")},
		{"bare FUSE", bare(b)},
	} {
		read := sync.OnceValue(func() time.Duration { // a second time everything is in the page cache
			began := time.Now()
			if out, err := exec.Command("taskset", "1", "dd", "if="+place.path, "of=/dev/null", "bs=4096").CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, out)
			}
			return time.Since(began)
		})
		b.Run(place.name, func(b *testing.B) {
			took := read()
			b.ReportMetric(float64(took.Microseconds())/(benchSize/wire.ChunkSize), "µs/page")
			b.ReportMetric(benchSize/wire.ChunkSize/took.Seconds(), "pages/s")
			b.ReportMetric(0, "ns/op")
		})
	}
	if s := near.Stats(); s.Restored != benchSize/wire.ChunkSize {
		b.Errorf("only %d pages came from the near cache", s.Restored)
	}
}

// bare mounts a file of zeros that costs nothing to read, and returns its path.
func bare(b *testing.B) string {
	b.Helper()
	dir, forever := b.TempDir(), time.Hour
	server, err := fs.Mount(dir, &bareRoot{}, &fs.Options{
		AttrTimeout: &forever, EntryTimeout: &forever, MountOptions: fuse.MountOptions{MaxReadAhead: 1, DisableSplice: true},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Unmount() })
	return filepath.Join(dir, "zeros")
}

type bareRoot struct{ fs.Inode }

func (r *bareRoot) OnAdd(ctx context.Context) {
	r.AddChild("zeros", r.NewPersistentInode(ctx, &bareFile{}, fs.StableAttr{}), false)
}

type bareFile struct{ fs.Inode }

func (*bareFile) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (*bareFile) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode, out.Size = syscall.S_IFREG|0o444, benchSize
	return 0
}

func (*bareFile) Read(_ context.Context, _ fs.FileHandle, dest []byte, _ int64) (fuse.ReadResult, syscall.Errno) {
	return fuse.ReadResultData(dest), 0
}
