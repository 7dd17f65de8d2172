package tun

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"vmstudy/netem/pump"
	"vmstudy/study"
)

// deviceFile is where TUN devices are made.
const deviceFile = "/dev/net/tun"

// openDevice makes a TUN device in the calling thread's namespace. It lives as long as the
// descriptor is open. What is read and written are bare IP packets, with their checksums
// computed and never more than the device's MTU: it takes no part of that on itself.
func openDevice(name string) (fd int, err error) {
	fd, err = unix.Open(deviceFile, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: deviceFile, Err: err}
	}
	request, err := unix.NewIfreq(name)
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err == nil {
		err = unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, 0)
	}
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("make TUN device %s: %w", name, err)
	}
	return fd, nil
}

// device is this process's side of the TUN device at one end of a link.
type device struct {
	file *os.File
	raw  syscall.RawConn
	out  *pump.Pump // what that end sends
	peer *device    // where that goes; both are set before the first packet

	mu sync.Mutex // held while packets are taken, so that they keep their order
}

func newDevice(fd int) (*device, error) {
	d := &device{file: os.NewFile(uintptr(fd), deviceFile)}
	var err error
	d.raw, err = d.file.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, d.file.Close())
	}
	return d, nil
}

// run takes what this end sends until the device is closed.
func (d *device) run() {
	_ = d.raw.Read(func(fd uintptr) (done bool) {
		d.mu.Lock()
		defer d.mu.Unlock()
		for d.take(int(fd)) {
		}
		return false
	})
}

// glance takes what this end has sent already. It is for those who have just given it a reason
// to: they are awake, and run has yet to wake. It leaves the rest to run where there is much.
func (d *device) glance() {
	if !d.mu.TryLock() {
		return // run is at it
	}
	defer d.mu.Unlock()
	_ = d.raw.Control(func(fd uintptr) {
		for range glanced {
			if !d.take(int(fd)) {
				return
			}
		}
	})
}

// glanced is how many packets glance takes at most. An end answers a packet with two or three.
const glanced = 16

// take takes one packet and sends it on its way. It reports whether there was one. The caller
// holds mu.
func (d *device) take(fd int) bool {
	packet := pump.NewFrame()[:study.PacketSize]
	n, err := unix.Read(fd, packet)
	for err == unix.EINTR {
		n, err = unix.Read(fd, packet)
	}
	if err != nil || n <= 0 {
		pump.Free(packet[:0])
		return false
	}
	packet = packet[:n]
	switch {
	case packet[0]>>4 != 4 || pump.IsRaw(packet):
		// Nothing that our sockets send. A program at this end may do as it likes.
		pump.Free(packet[:0])
	case d.out.Pass(1, n):
		d.peer.write(packet)
		pump.Free(packet)
	default:
		d.out.Push(packet)
	}
	return true
}

// deliver hands over a packet that came over the link.
func (d *device) deliver(packet []byte) {
	d.write(packet)
	pump.Free(packet)
	d.glance()
}

// write hands a packet to this end's TCP, which has dealt with it before it returns. An error
// means that the device has gone.
func (d *device) write(packet []byte) {
	_ = d.raw.Control(func(fd uintptr) {
		for {
			if _, err := unix.Write(int(fd), packet); err != unix.EINTR {
				return
			}
		}
	})
}
