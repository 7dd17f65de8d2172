package vmhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/study"
	"vmstudy/vmhost/nbd"
	"vmstudy/vmhost/qmp"
)

var errLeft = fmt.Errorf("the machine has left, and goes on elsewhere: %w", study.ErrConflict)

// leaveLimit is how long a QEMU may take to let go of its disk.
const leaveLimit = 5 * time.Second

// Left is what a machine leaves behind that has stopped to go on elsewhere: its memory, its disk, and the state of its devices.
// A Machine that resumes from files with these contents, and with Files.Left set, goes on with the next instruction.
type Left struct {
	Memory io.ReaderAt // as large as the appliance's RAM
	Disk   *nbd.Disk
	Device []byte
	Task   study.TaskID // that was begun and is not completed yet; "" if there is none

	// Partial says that parts of memory and disk may themselves still be elsewhere, so that reading them takes time.
	Partial bool

	closing []func() error // in reverse order
}

// Close lets go of what the machine has left. The machine itself must still be closed.
func (l *Left) Close() (err error) {
	for i := len(l.closing) - 1; i >= 0; i-- {
		err = errors.Join(err, l.closing[i]())
	}
	l.closing = nil
	return err
}

// Leave stops the machine so that it can go on elsewhere, and makes readable what it leaves behind. Inputs that come from now on
// wait, and Pause and Continue are refused, whoever calls them: the machine must never run at two places. Nothing is copied but the
// state of the devices, of some hundred KB, so this takes some milliseconds. As long as the machine goes on nowhere else, Stay
// lets it go on here. After an error it has not left; if it was paused before, it still is.
//
// Its memory is read through /proc/PID/mem, so the QEMU need not share it. It can be memory that was streamed itself. The memory of
// the VGA does not travel. A guest that draws through virtio-gpu is shown at once all the same, since its picture is a part of the
// state of that device; another is dark until it draws.
func (m *Machine) Leave(ctx context.Context) (_ *Left, err error) {
	m.moving.Lock()
	defer m.moving.Unlock()
	if m.left || m.gone {
		return nil, errLeft
	}
	paused := m.paused
	if err := m.pause(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	l := &Left{Task: m.task, Partial: m.partial}
	m.mu.Unlock()
	m.left = true
	defer func() {
		if err != nil {
			m.left = false
			going, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveLimit)
			defer cancel()
			if err = errors.Join(fmt.Errorf("leave: %w", err), l.Close()); !paused {
				err = errors.Join(err, m.goOn(going))
			}
		}
	}()
	if l.Device, err = m.devices(ctx); err != nil {
		return nil, err
	}
	memory, err := m.openMemory(ctx)
	if err != nil {
		return nil, err
	}
	l.Memory = memory
	l.closing = append(l.closing, memory.file.Close)
	if l.Disk, err = m.exportDisk(ctx); err != nil {
		return nil, err
	}
	l.closing = append(l.closing, func() error { return errors.Join(l.Disk.Close(), m.unexport()) })
	return l, nil
}

// devices returns the state of the machine's devices.
func (m *Machine) devices(ctx context.Context) ([]byte, error) {
	// QEMU, which has another user, opens the file anew through its descriptor. Nobody else can, since it has no name.
	fd, err := unix.MemfdCreate("devices", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("memory for the state of the devices: %w", err)
	}
	f := os.NewFile(uintptr(fd), "devices")
	defer f.Close()
	if err := m.p.SaveDevices(ctx, f); err != nil {
		return nil, fmt.Errorf("the state of the devices: %w", err)
	}
	return io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
}

// exportDisk lets the machine's QEMU serve its disk, and connects to that.
func (m *Machine) exportDisk(ctx context.Context) (*nbd.Disk, error) {
	// The path of a socket has at most 107 bytes, and that of the machine's directory may be longer. The path through a
	// descriptor of the directory is short.
	dir, err := os.Open(m.dir)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	path := fmt.Sprintf("/proc/self/fd/%d/disk", dir.Fd())
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer l.Close() // removes the path, too; the QEMU has a descriptor of its own
	if err := m.p.Export(ctx, l); err != nil {
		return nil, fmt.Errorf("export the disk: %w", err)
	}
	d, err := m.dialDisk(ctx, path)
	if err != nil {
		return nil, errors.Join(err, m.unexport())
	}
	return d, nil
}

func (m *Machine) dialDisk(ctx context.Context, path string) (*nbd.Disk, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	d, err := nbd.Open(ctx, conn, "disk")
	if err == nil && d.Size() != m.disk {
		err = errors.Join(fmt.Errorf("the disk has %d bytes, and had %d", d.Size(), m.disk), d.Close())
	}
	return d, err
}

// unexport ends the export of the disk. A QEMU that is gone has done so.
func (m *Machine) unexport() error {
	ctx, cancel := context.WithTimeout(context.Background(), leaveLimit)
	defer cancel()
	if err := m.p.Unexport(ctx); !errors.Is(err, qmp.ErrClosed) {
		return err
	}
	return nil
}

// Stay lets a machine that has left go on here, because it goes on nowhere else. What it left must be closed before. If it may
// run elsewhere, the error is of kind study.ErrConflict.
func (m *Machine) Stay(ctx context.Context) error {
	m.moving.Lock()
	defer m.moving.Unlock()
	if m.gone {
		return errLeft
	}
	m.left = false
	return m.goOn(ctx)
}

// guestMemory is the memory of a guest, in the address space of its QEMU.
type guestMemory struct {
	file *os.File // /proc/PID/mem
	base int64    // the address of the guest's first byte
	size int64
}

// openMemory finds the guest's memory in its QEMU.
func (m *Machine) openMemory(ctx context.Context) (*guestMemory, error) {
	pid, err := m.p.Emulator()
	if err != nil {
		return nil, err
	}
	base, err := m.p.MemoryAt(ctx)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	return &guestMemory{f, base, m.app.RAM}, err
}

// ReadAt implements io.ReaderAt.
func (g *guestMemory) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at >= g.size {
		return 0, io.EOF
	}
	n, err := g.file.ReadAt(p[:min(int64(len(p)), g.size-at)], g.base+at)
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}
