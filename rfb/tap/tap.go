package tap

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"vmstudy/rfb/wire"
)

// Tap is a connection to a machine's VNC server that tells what passes through it: inputs on
// their way to the machine (Write), updates on their way from it (Read).
//
// It reads along while bytes pass. If it cannot understand them, measurements are lost, but never a pixel or a
// key: it says [Lost] once, and from then on only passes bytes. A Tap that takes out cut text is the exception:
// it cannot tell text from anything else any more, so it ends the connection. A Tap alters two things, and
// only if told to: the list of encodings that the viewer offers, and cut text.
//
// It needs hardly any memory: it counts bytes and keeps none. One
// goroutine may Read while another Writes, but no two may Write at once.
type Tap struct {
	net.Conn // the machine
	now      func() time.Time
	observe  func(Event)
	limit    limiter // used by Write only
	from     limiter // used by Read only

	mu       sync.Mutex // makes one sequence of what passes in both directions
	over     bool       // lost or closed
	cut      error      // why nothing may pass any more; nil while it may
	downlink downlink
	uplink   uplink
	server   *feed // of downlink
	client   *feed // of uplink
}

// New returns a Tap on the connection to a machine, of which nothing may have been read
// or written before. It must be closed, even when its other end is gone.
//
// now is the clock of all events. observe is called for one event at a time, from within
// Read and Write, in the order of cause and effect: an input before the updates that answer
// it. It should be quick, and must not use the Tap.
func New(machine net.Conn, now func() time.Time, observe func(Event)) *Tap {
	t := &Tap{Conn: machine, now: now, observe: observe}
	shared := &agreed{}
	t.downlink = downlink{agreed: shared, observe: observe, limit: &t.from}
	t.uplink = uplink{agreed: shared, observe: observe, limit: &t.limit}
	t.server = newFeed(&t.downlink)
	t.client = newFeed(&t.uplink)
	return t
}

// LimitEncodings makes the Tap take those encodings out of every SetEncodings message that allow refuses.
// Mostly allow is [wire.Encoding.Followed]. It must be called before any byte passes.
func (t *Tap) LimitEncodings(allow func(wire.Encoding) bool) {
	t.Wish(func(m wire.SetEncodings) wire.SetEncodings { return m.Only(allow) })
}

// Wish makes the Tap pass what change returns in place of every SetEncodings message: what the viewer understands, and its
// wishes for quality and compression. Several changes are made one after the other. It must be called before any byte passes.
func (t *Tap) Wish(change func(wire.SetEncodings) wire.SetEncodings) {
	before := t.limit.wish
	if before == nil {
		t.limit.wish = change
		return
	}
	t.limit.wish = func(m wire.SetEncodings) wire.SetEncodings { return change(before(m)) }
}

// CloseClipboard makes the Tap take out what people copy, in both directions. It must be called
// before any byte passes. If such a Tap is [Lost], it closes the connection to the machine, and nothing
// passes of the piece of the stream in which it lost its place.
func (t *Tap) CloseClipboard() {
	t.LimitEncodings(func(e wire.Encoding) bool { return e != wire.ExtendedClipboard })
	t.limit.mute, t.from.mute = true, true
}

// AwaitDeliveries says that somebody behind the Tap will call Deliver for each input. It must be called
// before any byte passes.
func (t *Tap) AwaitDeliveries() { t.uplink.awaited = true }

// Deliver tells what became of an input that has passed, as one more event. It may be called from within the Write
// that the input is in, and at any time after.
func (t *Tap) Deliver(d *Delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.observe(d)
	}
}

// Read reads from the machine and tells of the updates that this completes.
func (t *Tap) Read(p []byte) (int, error) {
	for {
		n, err := t.Conn.Read(p)
		if n == 0 {
			return 0, err
		}
		passed, cut := t.hear(p[:n])
		if cut != nil {
			return 0, errors.Join(cut, t.Conn.Close())
		}
		if passed > 0 || err != nil {
			return passed, err
		}
	}
}

// hear decodes what the machine sent, takes out of p what may not pass, and returns how many bytes
// are left.
func (t *Tap) hear(p []byte) (passed int, cut error) {
	at := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.downlink.at = at
	t.parse(t.server, p, at)
	if t.cut != nil {
		return 0, t.cut
	}
	if out := t.from.apply(p); len(out) < len(p) {
		return copy(p, out), nil
	}
	return len(p), nil
}

// Write tells of the inputs that p completes, and writes p to the machine. If encodings
// are limited, an incomplete SetEncodings message waits until the rest of it comes.
// Like that of any net.Conn, Write reports every byte as written, or an error. After an error
// the connection is of no more use.
func (t *Tap) Write(p []byte) (int, error) {
	out, cut := t.listen(p)
	if cut != nil {
		return 0, errors.Join(cut, t.Conn.Close())
	}
	if len(out) == 0 { // a net.Pipe would wait for someone to read nothing
		return len(p), nil
	}
	n, err := t.Conn.Write(out)
	if err == nil {
		return len(p), nil
	}
	return min(n, len(p)), err
}

// listen parses p and returns what to write in its place.
func (t *Tap) listen(p []byte) (out []byte, cut error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.uplink.at = t.now() // after locking, so that events are in the order of their times
	t.parse(t.client, p, t.uplink.at)
	if t.cut != nil {
		return nil, t.cut
	}
	return t.limit.apply(p), nil
}

// parse gives p to one direction's decoder. The caller has locked mu.
func (t *Tap) parse(side *feed, p []byte, at time.Time) {
	if t.over {
		return
	}
	if err := side.give(p); err != nil {
		t.end()
		if t.limit.mute {
			t.cut = fmt.Errorf("the clipboard is closed, and what passes cannot be read any more: %w", err)
		}
		t.observe(Lost{At: at, Reason: err, Machine: side == t.server})
	}
}

// end stops both decoders and lets the bytes pass that waited. The caller has locked mu.
func (t *Tap) end() {
	t.over = true
	t.limit.open, t.from.open = false, false
	t.server.stop()
	t.client.stop()
}

// Close closes the connection to the machine. No event follows.
func (t *Tap) Close() error {
	err := t.Conn.Close()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.end()
	}
	return err
}
