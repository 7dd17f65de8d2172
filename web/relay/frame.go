package relay

import (
	"encoding/binary"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// frames writes binary messages to a browser (RFC 6455, section 5.2). It writes each with its
// header in one call. The websocket ws could do that, too, but it copies every message once more
// and sets its deadline anew for each, which for short messages takes longer than everything else.
//
// ws still writes pings and other control frames to the same connection. Each of them is one call
// of Write as well, and a net.Conn runs the writes of several goroutines one after the other.
type frames struct {
	conn    net.Conn
	buf     []byte // headerRoom bytes for the header, then the message
	renewed time.Time
}

const (
	headerRoom  = 64   // the longest header has 10 bytes; the kernel copies a fifth faster from the beginning of a processor's cache line
	binaryFrame = 0x82 // the first header byte of a binary message that is one frame
	renewAfter  = time.Second
)

func newFrames(ws *websocket.Conn) *frames {
	return &frames{conn: ws.NetConn(), buf: make([]byte, headerRoom+Buffer)}
}

// room returns the buffer for the next message, which begins at its first byte.
func (f *frames) room() []byte { return f.buf[headerRoom:] }

// send sends the first n bytes of room.
func (f *frames) send(n int) error {
	if time.Since(f.renewed) > renewAfter { // time.Since reads one clock, time.Now two
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
		_ = f.conn.Close() // the browser would take the next frame for the rest of this one
		return err
	}
	return nil
}
