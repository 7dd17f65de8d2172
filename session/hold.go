package session

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/plan"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// holdAtFirst holds a loaded machine until so many pages have arrived that the rest will arrive in time.
// It reports the progress.
func (o *opening) holdAtFirst(ctx context.Context) error {
	err := o.near.Buffer(ctx, func(b stream.Buffering) { o.tell(loading(b)) })
	o.tell(Progress{Stage: starting})
	o.desktop.mu.Lock()
	o.desktop.before = o.near.Stats()
	o.desktop.mu.Unlock()
	return err
}

// loading returns b as progress for the person who waits.
func loading(b stream.Buffering) Progress {
	return Progress{Stage: LoadStage, Done: b.Bytes, Total: b.Of, Left: b.Left}
}

// holdWhenNeeded holds the running machine whenever its stream asks for it, and tells when the machine
// becomes slow or is slow no longer. It stops when the desktop closes, or runs in another machine.
func (d *desktop) holdWhenNeeded(m *vmhost.Machine, near *stream.Near) {
	if near == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	gone := d.departed()
	d.watching.Go(func() {
		select {
		case <-d.closing:
		case <-gone:
		}
		cancel()
	})
	d.watching.Go(func() {
		var pace slowness
		tick := time.NewTicker(slowTick)
		defer tick.Stop()
		for {
			select {
			case <-near.Stumbles():
				if err := d.hold(ctx, m, near); err != nil && ctx.Err() == nil {
					slog.Warn("a machine could not be held", "err", err)
				}
				pace.forget()
			case now := <-tick.C:
				passed, _, _ := near.Passed()
				if slow, changed := pace.look(now, passed); changed {
					d.tell(Progress{Slow: slow})
				}
			case <-gone: // nobody waits for this stream any more
				d.tell(Progress{})
				return
			case <-m.Done():
				return
			case <-d.closing:
				return
			}
		}
	})
}

// hold stops the machine until its stream lets it go on. If the machine is waiting for pages, it stops
// only after they have arrived.
func (d *desktop) hold(ctx context.Context, m *vmhost.Machine, near *stream.Near) error {
	began := time.Now()
	if err := m.Pause(ctx); err != nil {
		return err
	}
	d.happened(study.MachinePaused, began, "more of the machine has to arrive")
	err := near.Buffer(ctx, func(b stream.Buffering) {
		p := loading(b)
		p.Stage = moreStage
		d.tell(p)
	})
	if ctx.Err() != nil {
		return err
	}
	d.tell(Progress{})
	if goOn := m.Continue(ctx); err == nil {
		err = goOn
	}
	now := time.Now()
	d.happened(study.MachineResumed, now, fmt.Sprintf("after %v", now.Sub(began).Round(time.Millisecond)))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.report.Desktop.Pauses++
	d.report.Desktop.Paused += now.Sub(began)
	return err
}

// mostEvents is the most events that one desktop may record: a machine that is fetched page by page
// waits thousands of times.
const mostEvents = 2000

// happened notes an event for the attempt's record.
func (d *desktop) happened(kind study.EventKind, at time.Time, detail string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.report.Events) < mostEvents {
		d.report.Events = append(d.report.Events, study.Event{Kind: kind, At: at, Detail: study.Detail(detail)})
	}
}

// warned notes a fault that does not stop the participant, in the log and in the attempt's record.
func (d *desktop) warned(r Request, warning error) {
	slog.Warn("a desktop is not as it should be", "attempt", r.Name, "err", warning)
	d.happened(study.MachineWarned, time.Now(), warning.Error())
}

// stalled notes that the machine waited for pages so long that a person may have noticed it.
func (d *desktop) stalled(s stream.Stall) {
	d.happened(study.MachineWaited, s.Began, fmt.Sprintf("%d ms for %s", s.Took.Milliseconds(), study.Count(s.Chunks, "page")))
}

// stalled returns what is called for each wait for pages of the stream that o makes. It counts while the machine runs by that
// stream: later it is read by whoever brings what was left.
func (o *opening) stalled() func(stream.Stall) {
	d, stay := o.desktop, o.group
	return func(s stream.Stall) {
		d.mu.Lock()
		runs := d.stay == stay
		d.mu.Unlock()
		if runs {
			d.stalled(s)
		}
	}
}

// read returns the counters of the stream, as they were when the machine left, if it has.
func (d *desktop) read() plan.Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lastly != nil {
		return d.lastly.stats
	}
	return d.near.Stats()
}

// touched returns what the machine has touched of the stream, until it left, if it has.
func (d *desktop) touched() forecast.Trace {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lastly != nil {
		return d.lastly.trace
	}
	return d.near.Trace()
}

// addStream adds the figures of the stream so far. Waits before the machine ran do not count.
func (d *desktop) addStream(r *study.DesktopReport) {
	d.mu.Lock()
	before := d.before
	d.mu.Unlock()
	s := d.read()
	r.BytesMoved = s.WireBytes
	r.Kept, r.Restored, r.Saved = int64(s.Kept), int64(s.Restored), s.Saved
	r.Pages = int64(s.Demanded + s.Ahead)
	r.Accessed = int64(s.Accessed)
	r.Missed = int64(s.Missed - before.Missed)
	r.Misses = int64(s.Waits - before.Waits)
	r.Waited = s.Waited - before.Waited
	r.Longest = s.LongestOne
}
