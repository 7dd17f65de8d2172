package record

import (
	"encoding/binary"
	"fmt"
	"time"

	"vmstudy/fields"
)

// fbsVersion is the first line of an FBS file. In version 1.1 the pixel format that the handshake announces is the one in use.
const fbsVersion = "FBS 001.001\n"

// maxBlock is the length of the longest block that is read. The blocks that Writer writes are no longer than one read from a
// screen's connection.
const maxBlock = 1 << 20

// Block is a piece of what a screen's server sent. In the file it consists of the length of Data in four bytes, Data filled up
// with zeros to a multiple of four bytes, and a time in milliseconds in four bytes. Numbers are big-endian. A block without
// data says that the stream ends (rfbproxy, "The FBS file format").
type Block struct {
	At   time.Duration // since the stream began, to the millisecond
	Data []byte
}

// AppendBlock adds k to b.
func AppendBlock(b []byte, k Block) []byte {
	b = append(appendBlockHead(b, len(k.Data)), k.Data...)
	return appendBlockTail(b, len(k.Data), k.At)
}

// appendBlockHead adds what comes before n bytes of data.
func appendBlockHead(b []byte, n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) }

// appendBlockTail adds what comes after the data.
func appendBlockTail(b []byte, n int, at time.Duration) []byte {
	b = append(b, make([]byte, padding(n))...)
	return binary.BigEndian.AppendUint32(b, uint32(at.Milliseconds()))
}

// padding returns how many bytes fill n bytes up to a multiple of four.
func padding(n int) int { return -n & 3 }

// cutBlock takes the first block off b. If b has only the beginning of a block, whole is false. The block's data is part of b.
func cutBlock(b []byte) (k Block, rest []byte, whole bool, err error) {
	r := fields.NewReader(b)
	n := r.U32()
	if n > maxBlock {
		return Block{}, b, false, fmt.Errorf("%w: a block of %d bytes, more than %d", ErrBroken, n, maxBlock)
	}
	data := r.Bytes(int(n))
	r.Bytes(padding(int(n)))
	at := time.Duration(r.U32()) * time.Millisecond
	if r.Failed() {
		return Block{}, b, false, nil
	}
	return Block{At: at, Data: data}, r.Rest(), true, nil
}
