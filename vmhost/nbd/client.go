// Package nbd reads a disk over the network block device protocol, as QEMU serves it: the disk of a guest as the guest itself
// would read it, with all that it has written.
//
// The protocol is that of https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md: the fixed newstyle negotiation with
// NBD_OPT_EXPORT_NAME, and simple replies. All numbers are big-endian.
package nbd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	greeting      = "NBDMAGIC" + "IHAVEOPT"
	fixedNewstyle = 1 << 0 // flags of the greeting and of the answer to it
	noZeroes      = 1 << 1
	exportName    = 1 // the option by which the export is chosen

	requestMagic = 0x25609513
	replyMagic   = 0x67446698
	commandRead  = 0
	commandEnd   = 2

	// mostAtOnce is how much one request asks for. Servers must take 32 MiB.
	mostAtOnce = 1 << 20
)

// patience is how long a server may take for one request.
const patience = time.Minute

// ErrProtocol says that the server does not speak as the protocol wants.
var ErrProtocol = errors.New("nbd: the server does not keep to the protocol")

// Disk is a disk that a server exports. It is an io.ReaderAt; reads happen one after the other.
type Disk struct {
	size int64

	mu     sync.Mutex
	conn   net.Conn
	handle uint64
	broken error // why nothing can be read any more
}

// Open chooses the export of a name. It owns conn, and closes it if it fails or when ctx ends before it returns.
func Open(ctx context.Context, conn net.Conn, name string) (_ *Disk, err error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })
	defer func() {
		if !stop() && err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			_ = conn.Close()
		}
	}()
	var hello [18]byte
	if _, err := io.ReadFull(conn, hello[:]); err != nil {
		return nil, fmt.Errorf("nbd greeting: %w", err)
	}
	flags := binary.BigEndian.Uint16(hello[16:])
	if string(hello[:16]) != greeting || flags&fixedNewstyle == 0 {
		return nil, fmt.Errorf("%w: greeting %q", ErrProtocol, hello)
	}
	answer := binary.BigEndian.AppendUint32(nil, uint32(flags&(fixedNewstyle|noZeroes)))
	answer = append(answer, "IHAVEOPT"...)
	answer = binary.BigEndian.AppendUint32(answer, exportName)
	answer = binary.BigEndian.AppendUint32(answer, uint32(len(name)))
	if _, err := conn.Write(append(answer, name...)); err != nil {
		return nil, fmt.Errorf("nbd export %q: %w", name, err)
	}
	chosen := make([]byte, 10, 134) // size and flags, and 124 zeros of old
	if flags&noZeroes == 0 {
		chosen = chosen[:134]
	}
	if _, err := io.ReadFull(conn, chosen); err != nil {
		return nil, fmt.Errorf("nbd: there is no export %q: %w", name, err)
	}
	size := binary.BigEndian.Uint64(chosen)
	if size > 1<<62 {
		return nil, fmt.Errorf("%w: a disk of %d bytes", ErrProtocol, size)
	}
	return &Disk{size: int64(size), conn: conn}, nil
}

// Size returns the size of the disk in bytes.
func (d *Disk) Size() int64 { return d.size }

// ReadAt implements io.ReaderAt. After an error of the connection every read fails.
func (d *Disk) ReadAt(p []byte, at int64) (n int, err error) {
	if at < 0 {
		return 0, fmt.Errorf("nbd: read at %d", at)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for n < len(p) && at+int64(n) < d.size {
		from := at + int64(n)
		some := p[n:min(len(p), n+mostAtOnce)]
		some = some[:min(int64(len(some)), d.size-from)]
		if err := d.read(some, from); err != nil {
			return n, err
		}
		n += len(some)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (d *Disk) read(p []byte, at int64) error {
	if d.broken != nil {
		return d.broken
	}
	d.handle++
	var request [28]byte
	binary.BigEndian.PutUint32(request[0:], requestMagic)
	binary.BigEndian.PutUint16(request[6:], commandRead)
	binary.BigEndian.PutUint64(request[8:], d.handle)
	binary.BigEndian.PutUint64(request[16:], uint64(at))
	binary.BigEndian.PutUint32(request[24:], uint32(len(p)))
	if err := d.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return d.fail(err)
	}
	if _, err := d.conn.Write(request[:]); err != nil {
		return d.fail(err)
	}
	var reply [16]byte
	if _, err := io.ReadFull(d.conn, reply[:]); err != nil {
		return d.fail(err)
	}
	if binary.BigEndian.Uint32(reply[0:]) != replyMagic || binary.BigEndian.Uint64(reply[8:]) != d.handle {
		return d.fail(fmt.Errorf("%w: reply % x", ErrProtocol, reply))
	}
	if code := binary.BigEndian.Uint32(reply[4:]); code != 0 { // no data follows
		return fmt.Errorf("nbd: reading %d bytes at %d: error %d of the server", len(p), at, code)
	}
	if _, err := io.ReadFull(d.conn, p); err != nil {
		return d.fail(err)
	}
	return nil
}

func (d *Disk) fail(err error) error {
	d.broken = fmt.Errorf("nbd: %w", err)
	return d.broken
}

// Close ends the connection. Whoever reads meanwhile gets an error.
func (d *Disk) Close() error {
	var end [28]byte
	binary.BigEndian.PutUint32(end[0:], requestMagic)
	binary.BigEndian.PutUint16(end[6:], commandEnd)
	_ = d.conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = d.conn.Write(end[:]) // a server that is gone needs no farewell
	return d.conn.Close()
}
