package mount

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"vmstudy/stream"
	"vmstudy/stream/wire"
)

// fsName is what mountinfo shows as the kind ("fuse.vmstudy") and the source of our mounts.
const fsName = "vmstudy"

// Mount is a directory that shows the images of a Near.
type Mount struct {
	dir     string
	own     bool // mounted by ourselves, not by fusermount3
	server  *fuse.Server
	warning error
	close   func() error
}

// At mounts the images of near on the existing directory dir. Only the user of this process may
// open the files, and the kernel refuses everybody else, root in another guise included. A QEMU that
// runs as another user opens them before it changes its user: what is open stays usable. Without
// root, the program fusermount3 mounts.
func At(dir string, near *stream.Near) (*Mount, error) {
	dir, err := realPath(dir)
	if err != nil {
		return nil, err
	}
	m := &Mount{dir: dir, own: os.Geteuid() == 0}
	point := dir
	if m.own {
		fd, err := mountDevice(dir)
		if err != nil {
			return nil, err
		}
		point = fmt.Sprintf("/dev/fd/%d", fd) // tells the library that all is mounted
	} else if err := tryDevice(); err != nil { // fusermount3 opens it in our name
		return nil, err
	}
	m.server, err = fs.Mount(point, &root{near: near}, options())
	if err != nil {
		err = fmt.Errorf("mount on %s: %w", dir, err)
		if m.own {
			err = errors.Join(err, detach(dir))
		}
		return nil, err
	}
	m.close = sync.OnceValue(m.unmount)
	m.warning = stopReadAhead(dir)
	return m, nil
}

func realPath(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

func options() *fs.Options {
	forever := 24 * time.Hour // names and sizes never change
	return &fs.Options{
		AttrTimeout: &forever, EntryTimeout: &forever, NegativeTimeout: &forever,
		UID: uint32(os.Geteuid()), GID: uint32(os.Getegid()),
		MountOptions: fuse.MountOptions{
			FsName: fsName, Name: fsName,
			// The kernel checks modes. It does by itself that no other user comes in at all, as
			// long as allow_other is not asked for.
			Options: []string{"default_permissions"},
			// Less than a page: the kernel rounds it down to no read-ahead at all.
			MaxReadAhead: 1,
			// Or a write would make the kernel drop pages that it has already.
			ExplicitDataCacheControl: true,
			DisableXAttrs:            true,
			// What is read is answered from memory. The library would try to splice it all the same,
			// which costs each page four system calls for nothing.
			DisableSplice: true,
			// Demands that wait for the network must not keep others from being asked.
			MaxBackground: 512,
		},
	}
}

// Path returns the path of the named image's file.
func (m *Mount) Path(image string) string { return filepath.Join(m.dir, image) }

// Warning returns nil, or a *ReadAheadWarning if the mount works but fetches more than it should.
func (m *Mount) Warning() error { return m.warning }

// Close unmounts, and waits until nothing is served any more. If somebody still uses a file,
// the directory is detached at once and the files end with their last user; close the Near to
// end reads that block. Close may be called again.
func (m *Mount) Close() error { return m.close() }

func (m *Mount) unmount() error {
	err := m.take()
	if err == nil {
		m.server.Wait()
		return nil
	}
	if _, gone := deviceOf(m.dir); gone != nil {
		m.server.Wait() // somebody else has unmounted it
		return nil
	}
	if lazy := detach(m.dir); lazy != nil {
		return errors.Join(fmt.Errorf("unmount %s: %w", m.dir, err), lazy)
	}
	return nil
}

// take takes the mount out of the file tree, unless it is in use.
func (m *Mount) take() error {
	if m.own {
		return unix.Unmount(m.dir, unix.UMOUNT_NOFOLLOW)
	}
	return m.server.Unmount()
}

// root is the directory.
type root struct {
	fs.Inode
	near *stream.Near
}

var (
	_ fs.NodeOnAdder   = (*root)(nil)
	_ fs.NodeGetattrer = (*root)(nil)
)

// Getattr says whose the directory is: nobody else's.
func (r *root) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode = syscall.S_IFDIR | 0o500
	return 0
}

func (r *root) OnAdd(ctx context.Context) {
	for _, im := range r.near.Images() {
		r.AddChild(im.Name, r.NewPersistentInode(ctx, &file{image: im}, fs.StableAttr{}), false)
	}
}

// file is one image. It ignores the context of a request: that ends with any signal to the
// reader, and a page fault must not.
type file struct {
	fs.Inode
	image *stream.Image
}

var (
	_ fs.NodeOpener    = (*file)(nil)
	_ fs.NodeGetattrer = (*file)(nil)
	_ fs.NodeSetattrer = (*file)(nil)
	_ fs.NodeReader    = (*file)(nil)
	_ fs.NodeWriter    = (*file)(nil)
	_ fs.NodeFsyncer   = (*file)(nil)
	_ fs.NodeFlusher   = (*file)(nil)
)

func (f *file) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (f *file) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	f.fill(out)
	return 0
}

func (f *file) fill(out *fuse.AttrOut) {
	out.Mode = syscall.S_IFREG | 0o600
	out.Size = uint64(f.image.Size)
	out.Blocks = (out.Size + 511) / 512
	out.Blksize = wire.ChunkSize
}

// Setattr accepts what leaves the image as it is, such as a change of times, and no other size.
func (f *file) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if size, ok := in.GetSize(); ok && size != uint64(f.image.Size) {
		return syscall.EPERM
	}
	f.fill(out)
	return 0
}

func (f *file) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	if off >= f.image.Size {
		return fuse.ReadResultData(nil), 0
	}
	dest = dest[:min(int64(len(dest)), f.image.Size-off)]
	if _, err := f.image.ReadAt(dest, off); err != nil {
		return nil, syscall.EIO
	}
	return fuse.ReadResultData(dest), 0
}

func (f *file) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	if off+int64(len(data)) > f.image.Size {
		return 0, syscall.EFBIG
	}
	n, err := f.image.WriteAt(data, off)
	if err != nil {
		return uint32(n), syscall.EIO
	}
	return uint32(n), 0
}

// Fsync has nothing to do: the overlay does not outlive the trial.
func (f *file) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno { return 0 }

// Flush has nothing to do: see Fsync.
func (f *file) Flush(context.Context, fs.FileHandle) syscall.Errno { return 0 }
