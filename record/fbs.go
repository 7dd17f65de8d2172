package record

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// fbsVersion begins an FBS file. Version 1.1 promises that the pixel format announced in the
// stream's own handshake is the one in use.
const fbsVersion = "FBS 001.001\n"

// maxBlock is the longest block that is read; Writer writes none longer than one read of a
// screen's connection.
const maxBlock = 1 << 20

// Block is a piece of what a screen's server sent. In the file it is the length of Data in four
// bytes, Data filled up with zeros to a multiple of four, and a time in milliseconds, all
// big-endian. A block without data says that the stream ends. (rfbproxy, "The FBS file format".)
type Block struct {
	At   time.Duration // since the stream began, to the millisecond
	Data []byte
}

// AppendBlock adds k to b.
func AppendBlock(b []byte, k Block) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(k.Data)))
	b = append(b, k.Data...)
	b = append(b, make([]byte, padding(len(k.Data)))...)
	return binary.BigEndian.AppendUint32(b, uint32(k.At.Milliseconds()))
}

// padding is what fills n bytes up to a multiple of four.
func padding(n int) int { return -n & 3 }

// cutBlock takes the first block off b. With a beginning only, whole is false. The block's data
// is part of b.
func cutBlock(b []byte) (k Block, rest []byte, whole bool, err error) {
	if len(b) < 4 {
		return Block{}, b, false, nil
	}
	n := binary.BigEndian.Uint32(b)
	if n > maxBlock {
		return Block{}, b, false, fmt.Errorf("%w: a block of %d bytes, more than %d", ErrBroken, n, maxBlock)
	}
	end := 4 + int(n) + padding(int(n))
	if len(b) < end+4 {
		return Block{}, b, false, nil
	}
	ms := binary.BigEndian.Uint32(b[end:])
	return Block{At: time.Duration(ms) * time.Millisecond, Data: b[4 : 4+n]}, b[end+4:], true, nil
}

// WriteFBS writes the version line and all blocks of one segment, which begins at start of its
// recording: a plain FBS file.
func WriteFBS(w io.Writer, start time.Duration, blocks []Block) error {
	b := []byte(fbsVersion)
	for _, k := range blocks {
		b = AppendBlock(b, Block{At: k.At - start, Data: k.Data})
	}
	_, err := w.Write(b)
	return err
}
