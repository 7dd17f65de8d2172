package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/stream"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/inlet"
)

var _ Desktop = (*desktop)(nil)

// tapped puts a tap on the connection to a machine's screen. The tap sends its events to observe.
func tapped(screen net.Conn, r Request, observe func(tap.Event)) *tap.Tap {
	tap := tap.New(screen, time.Now, observe)
	tap.Wish(wishes(r.Condition.Access))
	if !r.Clipboard { // a guest must neither read nor write the clipboard of the participant's computer
		tap.CloseClipboard()
	}
	return tap
}

func (d *desktop) DialRFB(ctx context.Context, observe func(tap.Event)) (net.Conn, error) {
	return d.dial(ctx, observe)
}

func (d *desktop) DialView(ctx context.Context) (net.Conn, error) { return d.runs().DialRFB(ctx) }

func (d *desktop) Completed() <-chan struct{} { return d.completed }

func (d *desktop) Lost() <-chan struct{} { return d.lost }

// watch closes d.completed when the guest completes the task, and d.lost when the machine ends in which the desktop runs, or
// its stream. It stops when the desktop closes.
func (d *desktop) watch(m *vmhost.Machine, near *stream.Near, task study.TaskID) {
	d.watching.Go(func() {
		for {
			select {
			case done := <-m.Completed():
				if done == task {
					d.ends.completed.Do(func() { close(d.completed) })
					return
				}
			case <-d.closing:
				return
			}
		}
	})
	var gone <-chan struct{} // stays nil, and so blocks for ever, if the machine is not streamed
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
		if d.runs() == m { // else it has gone on elsewhere before
			d.lose(m, near)
		}
	})
}

// lose notes why the desktop cannot be used any more, and closes d.lost. When a stream ends, its machine
// ends at the same moment; then the stream's error is the reason.
func (d *desktop) lose(m *vmhost.Machine, near *stream.Near) {
	why := errLost
	var breach *wire.Breach
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
	d.ends.lost.Do(func() { close(d.lost) })
}

// Report returns what the desktop has measured so far.
func (d *desktop) Report() Report {
	d.mu.Lock()
	r := d.report
	for _, n := range d.coming {
		addMove(&r.Desktop, n.Stats())
	}
	d.mu.Unlock()
	if d.link != nil {
		r.Link = d.link.Counters()
		r.Link.Way = d.way
		r.Traffic = d.meter.seconds()
	}
	d.shown.add(&r.Desktop)
	if d.near != nil {
		d.addStream(&r.Desktop)
	}
	if m := d.runs(); m != nil {
		addInputs(&r.Desktop, m.Inputs())
	}
	return r
}

// addInputs adds what became of the participant's inputs. It counts inputs that still wait as lost: after the last
// report the machine closes, and they never go in.
func addInputs(r *study.DesktopReport, c inlet.Counts) {
	r.InputsBrought, r.InputsDelivered, r.InputsPassed, r.InputsLost = c.Brought, c.Delivered, c.Passed, c.Lost+c.Waiting
	r.InputsForeign = c.Foreign
	r.InputsDelayed, r.InputDelay, r.LongestDelay = c.Delayed, c.Delay, c.Longest
}

// Close closes the parts of the desktop once, in reverse order. It returns soon after the end of ctx at the
// latest. A part that fails or hangs does not prevent the closing of the others.
func (d *desktop) Close(ctx context.Context) error {
	d.ends.closing.Do(func() { close(d.closing) })
	still := make(chan struct{})
	go func() { // a move that is under way ends soon, since d closes; what it makes until then has to be closed, too
		d.moving <- struct{}{}
		close(still)
		<-d.moving
	}()
	select {
	case <-still:
	case <-time.After(moveGrace):
		select {
		case <-still:
		case <-ctx.Done():
			go func() {
				<-still
				if err := d.unwinding.run(context.Background()); err != nil {
					slog.Warn("a desktop was not closed as it should be, after its machine had moved", "err", err)
				}
			}()
			return fmt.Errorf("the machine still moves to another host: %w", context.Cause(ctx))
		}
	}
	return d.unwinding.run(ctx)
}

// moveGrace is how long a move may take to end, even if there is no time.
const moveGrace = 2 * time.Second
