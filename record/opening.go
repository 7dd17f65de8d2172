package record

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"vmstudy/fields"
	"vmstudy/rfb/wire"
)

// errUnreadable is the error for a stream that does not follow those parts of the screen protocol that are known here.
var errUnreadable = errors.New("the screen's stream cannot be followed")

// Lengths in the handshake. RFC 6143, sections 7.1 to 7.3.
const (
	versionLength   = 12
	challengeLength = 16
	initLength      = 24       // length of a ServerInit without the desktop's name
	formatAt        = 4        // position of the pixel format in it
	maxOpening      = 64 << 10 // greatest length of a desktop's name, and of a message from the viewer
	maxHeld         = 4 << 20  // greatest length of what the server sends before the viewer has said anything
)

// opening follows a connection from its first byte. It replaces the handshake by one that can be read without the viewer's
// part, and reads what the viewer says.
//
// The handshake that is written is that of RFB 3.3 without a password, whatever the two have agreed on. It announces the pixel
// format that the viewer asked for. The viewer asks before the first picture can come. What the server sends until then is not
// written before.
type opening struct {
	server, client []byte // what each side has sent and what is not read yet
	init           []byte // ServerInit as the server sent it; nil until all of it has come
	done           bool
	deaf           bool // the viewer's stream cannot be followed any more, and is not read
}

// fromServer takes what the server sent and returns what to write in its place. Together with it, earlier bytes of the viewer
// may have become readable messages.
func (o *opening) fromServer(p []byte) (said []wire.ClientMessage, write []byte, err error) {
	if o.done {
		return nil, p, nil
	}
	o.server = append(o.server, p...)
	return o.progress()
}

// fromClient takes what the viewer sent. It returns the messages in it. If the pixel format is known now, it also returns what
// to write.
func (o *opening) fromClient(p []byte) (said []wire.ClientMessage, write []byte, err error) {
	if o.deaf {
		return nil, nil, nil
	}
	o.client = append(o.client, p...)
	return o.progress()
}

// progress reads as much as it can of what has come.
func (o *opening) progress() (said []wire.ClientMessage, write []byte, err error) {
	if err := o.shake(); err != nil {
		return nil, nil, err
	}
	for o.init != nil {
		m, err := o.message()
		switch {
		case err == nil:
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			if len(o.client) > maxOpening {
				o.deaf, o.client = true, nil
			}
			return said, write, o.bounded()
		case !o.done:
			return nil, nil, fmt.Errorf("%w: %w", errUnreadable, err)
		default:
			o.deaf, o.client = true, nil // inputs are lost, but not the pictures
			return said, write, nil
		}
		format, changes := m.(wire.SetPixelFormat)
		switch {
		case changes && o.done:
			return said, write, fmt.Errorf("%w: the pixel format changed", errUnreadable)
		case changes:
			copy(o.init[formatAt:], format.Format.Append(nil))
		}
		if !o.done {
			write, o.done = o.whole(), true
		}
		said = append(said, m)
	}
	return said, write, o.bounded()
}

// bounded refuses a server that sends much before the viewer has said anything.
func (o *opening) bounded() error {
	if len(o.server) > maxHeld || o.init == nil && len(o.client) > maxOpening {
		return fmt.Errorf("%w: the handshake does not end", errUnreadable)
	}
	return nil
}

// message reads the next message of the viewer.
func (o *opening) message() (wire.ClientMessage, error) {
	if len(o.client) == 0 {
		return nil, io.EOF
	}
	src := bytes.NewReader(o.client)
	buffered := bufio.NewReaderSize(src, 16)
	// Extended can be true for all viewers: one that does not know extended pointer events never sets the bit that marks them.
	m, err := wire.ReadClientMessage(wire.NewReader(buffered), true)
	if err != nil {
		return nil, err
	}
	o.client = o.client[len(o.client)-src.Len()-buffered.Buffered():]
	return m, nil
}

// whole returns the handshake to write, and what the server has sent after its own handshake.
func (o *opening) whole() []byte {
	b := []byte("RFB 003.003\n")
	b = binary.BigEndian.AppendUint32(b, 1) // no password
	b = append(append(b, o.init...), o.server...)
	o.server = nil
	return b
}

// shake reads the handshake of both sides once all of it has come (RFC 6143, sections 7.1 to 7.3).
func (o *opening) shake() error {
	if o.init != nil {
		return nil
	}
	s, c := fields.NewReader(o.server), fields.NewReader(o.client)
	s.Bytes(versionLength)
	version := c.Bytes(versionLength)
	if s.Failed() || c.Failed() {
		return nil
	}
	minor, err := strconv.Atoi(string(version[8:11]))
	if err != nil {
		return fmt.Errorf("%w: protocol version %q", errUnreadable, version)
	}
	if err := agree(s, c, minor); err != nil {
		return err
	}
	c.Bytes(1) // ClientInit
	init := s.Bytes(initLength)
	if !s.Failed() {
		n := binary.BigEndian.Uint32(init[initLength-4:])
		if n > maxOpening {
			return fmt.Errorf("%w: a desktop's name of %d bytes", errUnreadable, n)
		}
		init = append(init, s.Bytes(int(n))...)
	}
	if !s.Failed() && !c.Failed() {
		o.init = init
		o.server, o.client = s.Rest(), c.Rest()
	}
	return nil
}

// agree reads how the two sides agree on security, and ignores it.
func agree(s, c *fields.Reader, minor int) error {
	const none, password = 1, 2
	var security uint32
	if minor < 7 {
		security = s.U32()
	} else {
		s.Bytes(int(s.U8()))
		security = uint32(c.U8())
	}
	switch {
	case s.Failed() || c.Failed():
		return nil
	case security != none && security != password:
		return fmt.Errorf("%w: security type %d", errUnreadable, security)
	case security == password:
		s.Bytes(challengeLength)
		c.Bytes(challengeLength)
	}
	if minor >= 8 || security == password {
		if refused := s.U32(); refused != 0 {
			return fmt.Errorf("%w: the machine refused the viewer", errUnreadable)
		}
	}
	return nil
}
