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

// deviceFile is the file from which Linux makes TUN devices.
const deviceFile = "/dev/net/tun"

// openDevice makes a TUN device in the calling thread's namespace. The device lives as long as the
// descriptor is open. Reads and writes carry plain IP packets of at most the device's MTU, with
// computed checksums: all offloads are off.
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
	out  *pump.Pump // carries the packets that the end sends
	peer *device    // the device at the other end; out and peer are set before the first packet

	mu sync.Mutex // guards reading, so that packets keep their order
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

// run takes the packets that this end sends, until the device is closed.
func (d *device) run() {
	_ = d.raw.Read(func(fd uintptr) (done bool) {
		d.mu.Lock()
		defer d.mu.Unlock()
		for d.take(int(fd)) {
		}
		return false
	})
}

// glance takes packets that this end has sent already, but at most glanced. A thread that has just
// delivered a packet calls it to take the answer: that is sooner than if run had to wake for it.
func (d *device) glance() {
	if !d.mu.TryLock() {
		return // run is taking packets
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

// glanced is how many packets glance takes at most. An end usually answers a packet with two or three.
const glanced = 16

// take reads one packet and passes it on. It reports whether there was one. The caller holds mu.
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
		// Our sockets never send such packets, but a program at this end may. They are dropped.
		pump.Free(packet[:0])
	case d.out.Pass(1, n):
		d.peer.write(packet)
		pump.Free(packet)
	default:
		d.out.Push(packet)
	}
	return true
}

// deliver gives a packet that arrived over the link to this end.
func (d *device) deliver(packet []byte) {
	d.write(packet)
	pump.Free(packet)
	d.glance()
}

// write gives a packet to this end's TCP, which has processed it when write returns. It ignores errors,
// which mean that the device is closed.
func (d *device) write(packet []byte) {
	_ = d.raw.Control(func(fd uintptr) {
		for {
			if _, err := unix.Write(int(fd), packet); err != unix.EINTR {
				return
			}
		}
	})
}
