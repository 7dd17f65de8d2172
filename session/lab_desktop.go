package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"vmstudy/rfb"
	"vmstudy/stream"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/inlet"
)

var _ Desktop = (*desktop)(nil)

// tapped is the connection to a machine's screen; it tells observe what passes at the machine.
func tapped(screen net.Conn, clipboard bool, observe func(rfb.Event)) *rfb.Tap {
	tap := rfb.NewTap(screen, time.Now, observe)
	tap.LimitEncodings(sendable)
	if !clipboard { // what people copy is theirs, and a guest must not write to their clipboard
		tap.CloseClipboard()
	}
	return tap
}

// sendable tells what a viewer may say that it understands: what the tap can follow, without
// updates that come unasked. QEMU's own server knows none of those, and an access method is not
// to change with who shows the screen.
func sendable(e rfb.Encoding) bool { return e.Followed() && e != rfb.ContinuousUpdates }

func (d *desktop) DialRFB(ctx context.Context, observe func(rfb.Event)) (net.Conn, error) {
	return d.dial(ctx, observe)
}

func (d *desktop) DialView(ctx context.Context) (net.Conn, error) { return d.view(ctx) }

func (d *desktop) Completed() <-chan struct{} { return d.completed }

func (d *desktop) Lost() <-chan struct{} { return d.lost }

// watch waits, until the desktop closes, for what can happen to it by itself.
func (d *desktop) watch(m *vmhost.Machine, near *stream.Near, task study.TaskID) {
	d.watching.Go(func() {
		for {
			select {
			case done := <-m.Completed():
				if done == task {
					close(d.completed)
					return
				}
			case <-d.closing:
				return
			}
		}
	})
	var gone <-chan struct{} // never, for a machine that is not streamed
	if near != nil {
		gone = near.Done()
	}
	d.watching.Go(func() {
		select {
		case <-m.Done():
		case <-gone:
		case <-d.closing:
			return
		}
		d.lose(m, near)
	})
}

// lose tells that the desktop cannot be used any more, and why. A machine whose memory stops coming
// ends too, in the same moment.
func (d *desktop) lose(m *vmhost.Machine, near *stream.Near) {
	why := errLost
	var breach *rfb.Breach
	switch ended := m.Err(); {
	case near != nil && near.Err() != nil:
		why = near.Err()
	case errors.As(ended, &breach):
		why = fmt.Errorf("%w: %w", errHostile, breach)
	case study.Sentence(ended) != "":
		why = ended
	}
	d.mu.Lock()
	d.report.Lost = why
	d.mu.Unlock()
	close(d.lost)
}

// Report adds up what the desktop has cost so far.
func (d *desktop) Report() Report {
	d.mu.Lock()
	r := d.report
	d.mu.Unlock()
	if d.link != nil {
		r.Link = d.link.Counters()
		r.Link.Way = d.way
		r.Traffic = d.meter.seconds()
	}
	if d.near != nil {
		d.addStream(&r.Desktop)
	}
	if d.inputs != nil {
		addInputs(&r.Desktop, d.inputs())
	}
	return r
}

// addInputs adds what became of what the participant did. What waits for the guest when the last report is made is
// lost with it.
func addInputs(r *study.DesktopReport, c inlet.Counts) {
	r.InputsBrought, r.InputsDelivered, r.InputsPassed, r.InputsLost = c.Brought, c.Delivered, c.Passed, c.Lost+c.Waiting
	r.InputsDelayed, r.InputDelay, r.LongestDelay = c.Delayed, c.Delay, c.Longest
}

// Close unwinds everything in reverse order, once, and returns at the latest soon after the end of ctx. A
// step that fails or hangs does not keep the others from being taken.
func (d *desktop) Close(ctx context.Context) error {
	d.once.Do(func() { close(d.closing) })
	return d.unwinding.run(ctx)
}
