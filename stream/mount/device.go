package mount

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// maxRead is the longest read that the kernel asks for, in bytes: go-fuse's default.
const maxRead = 128 << 10

// mountDevice mounts dir, which only root may, and returns the descriptor that serves it. The
// library would do the same, but leave the descriptor open in every program that is started
// later. A QEMU that holds it and dies together with us would then wait for itself to serve its
// last request, for ever and beyond the reach of any signal.
func mountDevice(dir string) (fd int, err error) {
	fd, err = unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("open /dev/fuse: %w", err)
	}
	options := fmt.Sprintf("fd=%d,rootmode=%o,user_id=%d,group_id=%d,max_read=%d,default_permissions",
		fd, unix.S_IFDIR, os.Geteuid(), os.Getegid(), maxRead)
	if err := unix.Mount(fsName, dir, "fuse."+fsName, unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return 0, errors.Join(fmt.Errorf("mount on %s: %w", dir, err), unix.Close(fd))
	}
	return fd, nil
}
