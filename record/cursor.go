package record

import (
	"encoding/binary"
	"time"
)

// cursor takes things off bytes. Once there are too few, everything is zero and broken is true.
type cursor struct{ rest []byte }

// broken reports whether something was asked for that was not there.
func (c *cursor) broken() bool { return c.rest == nil }

// over reports whether everything was there and nothing is left.
func (c *cursor) over() bool { return c.rest != nil && len(c.rest) == 0 }

// take returns the next n bytes, or nil.
func (c *cursor) take(n int) []byte {
	if c.rest == nil || len(c.rest) < n {
		c.rest = nil
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cursor) u8() uint8 {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) uvarint() uint64 {
	n, size := binary.Uvarint(c.rest)
	if c.rest == nil || size <= 0 {
		c.rest = nil
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

// longest bounds times that are read, so that sums of them cannot overflow.
const longest = 1000 * time.Hour

// millis takes a time in milliseconds.
func (c *cursor) millis() time.Duration {
	n := c.uvarint()
	if n > uint64(longest.Milliseconds()) {
		c.rest = nil
		return 0
	}
	return time.Duration(n) * time.Millisecond
}
