package mount

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"vmstudy/study"
)

// maxRead is the longest read that the kernel asks for, in bytes: go-fuse's default.
const maxRead = 128 << 10

// deviceFile is how a program talks to the kernel about the files of a mount.
const deviceFile = "/dev/fuse"

// openDevice opens the device. The usual reasons why it cannot be opened become sentences.
func openDevice() (fd int, err error) {
	fd, err = unix.Open(deviceFile, unix.O_RDWR|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		err = study.Refuse(study.ErrDenied, "Streamed machines cannot be mounted: this user may not open %s. Root opens it for everybody, as Debian does, with: chmod 0666 %[1]s", deviceFile)
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV):
		err = study.Refuse(study.ErrNotFound, "Streamed machines cannot be mounted: there is no %s. Root makes it with: modprobe fuse. A container must be given the device", deviceFile)
	case err != nil:
		err = fmt.Errorf("open %s: %w", deviceFile, err)
	}
	return fd, err
}

// tryDevice finds out whether the device can be opened.
func tryDevice() error {
	fd, err := openDevice()
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// mountDevice mounts dir, which only root may, and returns the descriptor that serves it. The
// library would do the same, but leave the descriptor open in every program that is started
// later. A QEMU that holds it and dies together with us would then wait for itself to serve its
// last request, for ever and beyond the reach of any signal.
func mountDevice(dir string) (fd int, err error) {
	if fd, err = openDevice(); err != nil {
		return 0, err
	}
	options := fmt.Sprintf("fd=%d,rootmode=%o,user_id=%d,group_id=%d,max_read=%d,default_permissions",
		fd, unix.S_IFDIR, os.Geteuid(), os.Getegid(), maxRead)
	if err := unix.Mount(fsName, dir, "fuse."+fsName, unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return 0, errors.Join(fmt.Errorf("mount on %s: %w", dir, err), unix.Close(fd))
	}
	return fd, nil
}
