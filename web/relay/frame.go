package relay

import (
	"encoding/binary"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// frames writes binary messages to a browser, each in one piece with its header before it, as
// RFC 6455, section 5.2, has them. ws could do so, too, but copies every message once more and
// renews its deadline with each, which for short messages takes longer than all the rest.
//
// ws writes to the same connection, but only pings and the like, and each in one Write as
// well; a net.Conn puts those of several goroutines one after the other.
type frames struct {
	conn    net.Conn
	buf     []byte // room for a header, and then what is to be sent, where a line of the cache begins
	renewed time.Time
}

const (
	headerRoom  = 64   // the longest header has 10; the kernel copies a fifth faster to a line's beginning
	binaryFrame = 0x82 // the only and last frame of a binary message
	renewAfter  = time.Second
)

func newFrames(ws *websocket.Conn) *frames {
	return &frames{conn: ws.NetConn(), buf: make([]byte, headerRoom+Buffer)}
}

// room is where what is to be sent is put: at its beginning.
func (f *frames) room() []byte { return f.buf[headerRoom:] }

// send sends the first n bytes of room.
func (f *frames) send(n int) error {
	if time.Since(f.renewed) > renewAfter { // which looks at one clock, where time.Now looks at two
		f.renewed = time.Now()
		_ = f.conn.SetWriteDeadline(f.renewed.Add(WriteLimit))
	}
	begin := headerRoom
	switch {
	case n < 126:
		begin -= 2
		f.buf[begin+1] = byte(n)
	case n < 1<<16:
		begin -= 4
		f.buf[begin+1] = 126
		binary.BigEndian.PutUint16(f.buf[begin+2:], uint16(n))
	default:
		begin -= 10
		f.buf[begin+1] = 127
		binary.BigEndian.PutUint64(f.buf[begin+2:], uint64(n))
	}
	f.buf[begin] = binaryFrame
	if _, err := f.conn.Write(f.buf[begin : headerRoom+n]); err != nil {
		_ = f.conn.Close() // whatever came after a frame that was cut would be taken for the rest of it
		return err
	}
	return nil
}
