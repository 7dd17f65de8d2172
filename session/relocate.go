package session

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"slices"
	"strings"
	"time"

	"vmstudy/netem"
	"vmstudy/relocate/pages"
	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/plan"
	"vmstudy/stream/wire"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/nbd"
)

// relocation is the list of steps by which a machine that has left its host goes on at another. It is a stream whose origin is
// what the machine has left; see docs/migration.md.
var relocation = []struct {
	name string
	do   func(*opening, context.Context) error
}{
	{"serve what the machine has left", (*opening).serveOrigin},
	{"connect", (*opening).connectToLeft},
	{"mount", (*opening).mount},
	{"resume the machine", (*opening).resumeMachine},
}

// Relocate lets the machine of a desktop leave its host and go on at this Lab's. Its viewers stay connected, and what they do
// meanwhile waits. What the machine needs comes over the link, from the far end, when it first needs it; everything else comes
// besides. When all is here, what is left at the host before is let go. The desktop, which was opened by Open, closes the link. If
// there is an error, the machine goes on where it was, unless the desktop is lost.
func (l *Lab) Relocate(ctx context.Context, d Desktop, link netem.Link) error {
	from, is := d.(*desktop)
	if !is {
		return errors.Join(fmt.Errorf("relocate: no desktop of a machine: %w", study.ErrInvalid), link.Close())
	}
	if err := from.relocate(ctx, l, link); err != nil {
		from.staysPut(err)
		return fmt.Errorf("relocate: %w", err)
	}
	return nil
}

// relocate moves the machine once no other move is under way.
func (d *desktop) relocate(ctx context.Context, l *Lab, link netem.Link) error {
	select {
	case d.moving <- struct{}{}:
		defer func() { <-d.moving }()
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), link.Close())
	}
	select {
	case <-d.closing:
		return errors.Join(errDesktopClosed, link.Close())
	default:
	}
	ctx, cancel := d.whileOpen(ctx)
	defer cancel()
	err := d.moveTo(ctx, l, link)
	if why := context.Cause(ctx); err != nil && study.Sentence(err) == "" && study.Sentence(why) != "" {
		err = fmt.Errorf("%w: %w", why, err)
	}
	return err
}

// staysPut notes that the machine has not moved, and why.
func (d *desktop) staysPut(why error) {
	d.happened(study.MoveFailed, time.Now(), cmp.Or(study.Sentence(why), why.Error()))
}

// HostLinks are the networks between two hosts that a machine may move over.
var HostLinks = []study.NamedNetwork{
	{Name: "1000/0.5", Network: study.Network{Down: 1000 * study.Mbps, Up: 1000 * study.Mbps, RTT: 500 * time.Microsecond}},
	{Name: "100/20", Network: study.Network{Down: 100 * study.Mbps, Up: 100 * study.Mbps, RTT: 20 * time.Millisecond}},
}

// Move relocates the machine of d over a link of its own. The two hosts are two QEMUs of this Lab's host.
func (l *Lab) Move(ctx context.Context, d Desktop, between study.Network) error {
	link, _, err := l.NewLink("move-"+strings.ToLower(rand.Text()[:8]), between, 0)
	if err != nil {
		err = fmt.Errorf("making the link between the hosts: %w", err)
		if from, is := d.(*desktop); is {
			from.staysPut(err)
		}
		return err
	}
	return l.Relocate(ctx, d, link)
}

// whileOpen returns a context that ends when d closes, too.
func (d *desktop) whileOpen(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-d.closing:
			cancel(errDesktopClosed)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// moveTo does the work of Relocate. The caller has filled moving.
func (d *desktop) moveTo(ctx context.Context, l *Lab, link netem.Link) error {
	before := d.runs()
	asked := time.Now()
	known := whatIsKnown(ctx, before, cmp.Or(l.Knowledge, knowledgeLimit))
	began := time.Now()
	left, err := before.Leave(ctx)
	if err != nil {
		return errors.Join(err, link.Close())
	}
	d.happened(study.MoveBegan, began, knowledge(known, began.Sub(asked)))
	last, ran := d.standsStill()
	passage := d.groups + 1 // what is needed until everything has come
	stay := passage + 1     // what is needed as long as the machine runs there
	d.groups = stay
	lab := *l
	lab.TracesDir, lab.Cache = "", nil
	o := &opening{
		lab: &lab, tell: func(Progress) {}, app: d.app, files: vmhost.Files{Left: true, After: before, Task: left.Task},
		link: link, left: left, known: known, content: rand.Text(), desktop: d, group: passage,
	}
	o.onClose("link between the hosts", func(context.Context) error { return link.Close() })
	o.onClose("what the machine has left", func(context.Context) error { return left.Close() })
	for _, s := range relocation {
		if err := s.do(o, ctx); err != nil {
			closed := within(ctx, closeLimit, func(ctx context.Context) error { return d.unwinding.part(ctx, passage, math.MaxInt) })
			d.runsOn(last, ran)
			return errors.Join(fmt.Errorf("%s: %w", s.name, err), closed, within(ctx, closeLimit, before.Stay))
		}
		o.group = stay
	}
	now := time.Now()
	d.happened(study.MoveResumed, now, fmt.Sprintf("after %d ms", now.Sub(began).Milliseconds()))
	d.mu.Lock()
	d.report.Desktop.Moved++
	d.report.Desktop.MoveStood += now.Sub(began)
	d.report.Desktop.MoveWhole = 0
	d.coming = append(d.coming, o.near)
	d.lastly = cmp.Or(last, d.lastly)
	d.mu.Unlock()
	d.watch(o.machine, o.near, left.Task)
	d.holdWhenNeeded(o.machine, o.near)
	d.watching.Go(func() { d.letGo(o.near, passage, began) })
	return nil
}

// standsStill notes that the machine has stopped to leave. What is read of its stream from now on it has not asked for itself. It
// returns what it had asked for until then, if there is a stream and the machine leaves it for the first time, and where it ran.
func (d *desktop) standsStill() (last *lastly, ran int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ran, d.stay = d.stay, 0
	if d.near != nil && d.lastly == nil {
		last = &lastly{d.near.Stats(), d.near.Trace()}
	}
	return last, ran
}

// runsOn notes that the machine goes on where it ran, after standsStill.
func (d *desktop) runsOn(last *lastly, ran int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stay = ran
	if last != nil { // waits in the meantime are none of the machine's
		now := d.near.Stats()
		d.before.Missed += now.Missed - last.stats.Missed
		d.before.Waits += now.Waits - last.stats.Waits
		d.before.Waited += now.Waited - last.stats.Waited
	}
}

// knowledgeLimit is how long a guest may take to say what it uses its memory for, unless the Lab says otherwise. Then it has to leave
// without.
const knowledgeLimit = 2 * time.Second

// whatIsKnown asks the guest of a machine what it uses its memory for. Of a guest that does not answer, or says what makes no
// sense, nothing is known: then its memory is brought in the order of its addresses.
func whatIsKnown(ctx context.Context, m *vmhost.Machine, limit time.Duration) pages.Map {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("the guest does not answer within %v", limit))
	defer cancel()
	said, err := m.Pages(ctx)
	if err == nil {
		var known pages.Map
		if known, err = pages.Decode(said); err == nil {
			return known
		}
	}
	slog.Info("a machine moves without knowledge of its memory", "err", err)
	return pages.Map{}
}

// knowledge says in words what a guest has said of its memory within a time.
func knowledge(m pages.Map, took time.Duration) string {
	if len(m.Runs) == 0 {
		return "nothing is known of its memory"
	}
	all, counts := m.Frames(), m.Count()
	return fmt.Sprintf("%d page frames are known after %d ms, %d of them free", all-counts[pages.NoMemory], took.Milliseconds(), counts[pages.Free])
}

// letGo closes what a machine has left at the hosts before, once everything is here.
func (d *desktop) letGo(near *stream.Near, passage int, began time.Time) {
	select {
	case <-near.Whole():
	case <-near.Done():
		return
	case <-d.closing:
		return
	}
	now, s := time.Now(), near.Stats()
	d.happened(study.MoveComplete, now, fmt.Sprintf("after %d ms: %d bytes, %s missed, %d ms waited for one of them",
		now.Sub(began).Milliseconds(), s.WireBytes, study.Count(s.Missed, "page"), s.LongestOne.Milliseconds()))
	d.mu.Lock()
	d.report.Desktop.MoveWhole = now.Sub(began)
	addMove(&d.report.Desktop, s)
	d.coming = slices.DeleteFunc(d.coming, func(n *stream.Near) bool { return n == near })
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	if err := d.unwinding.part(ctx, 1, passage); err != nil {
		slog.Warn("what a machine has left is not let go in order", "err", err)
	}
}

// addMove adds what has come of a machine that moves.
func addMove(r *study.DesktopReport, s plan.Stats) {
	r.MoveBytes, r.MoveMissed, r.MoveLongest = r.MoveBytes+s.WireBytes, r.MoveMissed+int64(s.Missed), max(r.MoveLongest, s.LongestOne)
}

// connectToLeft connects to what a machine has left.
func (o *opening) connectToLeft(ctx context.Context) error {
	near, err := stream.Open(ctx, func(ctx context.Context) (net.Conn, error) { return o.link.DialNear(ctx, originPort) }, stream.Options{
		Push: forecast.Everything(leftOrder(o.known, o.app.RAM)), Dir: o.lab.RunDir, Patience: o.lab.Patience, Stalled: o.stalled(),
	})
	if err != nil {
		return err
	}
	o.near = near
	o.onClose("stream of what was left", func(context.Context) error { return near.Close() })
	return nil
}

// Numbers of the images of what a machine has left, in the order of leftImages.
const (
	leftMemory = iota
	leftDisk
)

// leftImages returns what a machine has left as images, for an origin.
func leftImages(left *vmhost.Left, ram int64) []wire.Source {
	disk := io.ReaderAt(left.Disk)
	if !left.Partial { // else what is read ahead would come over another link, and demands would wait for it
		disk = nbd.NewAhead(disk)
	}
	return []wire.Source{
		leftMemory: {ImageInfo: wire.ImageInfo{Name: memoryImage, Size: ram}, Content: left.Memory},
		leftDisk:   {ImageInfo: wire.ImageInfo{Name: diskImage, Size: left.Disk.Size()}, Content: disk},
		{ImageInfo: wire.ImageInfo{Name: deviceImage, Size: int64(len(left.Device))}, Content: bytes.NewReader(left.Device)},
	}
}

// leftOrder returns in which order to bring the memory of a guest of which m is known. What it leaves out comes last: memory in which
// the guest says that nothing is.
func leftOrder(m pages.Map, ram int64) (order []wire.Chunk) {
	for _, s := range m.Order(uint64(ram / wire.ChunkSize)) {
		if s.Class >= pages.Free {
			break
		}
		for i := range s.Frames {
			order = append(order, wire.Chunk{Image: leftMemory, Index: uint32(s.First) + i})
		}
	}
	return order
}

// within calls do with a time of its own, whether or not ctx has ended.
func within(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	return do(ctx)
}
