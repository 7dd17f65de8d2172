package session

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"vmstudy/netem"
	"vmstudy/stream/wire"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// relocation is the list of steps by which a machine that has left its host goes on at another. It is a stream whose origin is
// what the machine has left; see docs/migration.md.
var relocation = []step{
	{"serve what the machine has left", preparing, (*opening).serveOrigin},
	{"connect", preparing, (*opening).connect},
	{"mount", preparing, (*opening).mount},
	{"resume the machine", preparing, (*opening).resume},
}

// Relocate lets the machine of a desktop leave its host, and makes a desktop of it at this Lab's host. Everything that the machine needs
// comes over the link, from the far end, when it first needs it. d was opened by Open or by Relocate. It has to stay open as
// long as the new desktop is, which reads from what is left in it. If there is an error, the machine goes on in d.
func (l *Lab) Relocate(ctx context.Context, d Desktop, link netem.Link) (_ Desktop, err error) {
	from, is := d.(*desktop)
	if !is || from.machine == nil {
		return nil, fmt.Errorf("relocate: a desktop without a machine: %w", study.ErrInvalid)
	}
	left, err := from.machine.Leave(ctx)
	if err != nil {
		return nil, err
	}
	lab := *l
	lab.TracesDir, lab.Cache = "", nil
	o := &opening{
		lab: &lab, request: Request{Condition: study.Condition{Access: study.Access{Method: study.Stream, Strategy: study.NoStrategy}}},
		tell: func(Progress) {}, app: from.app, files: vmhost.Files{Left: true}, link: link, left: left, content: rand.Text(),
		desktop: newDesktop(from.app.Content()),
	}
	o.desktop.onClose("what the machine has left", func(context.Context) error { return left.Close() })
	for _, s := range relocation {
		if err := s.do(o, ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("relocate: %s: %w", s.name, err),
				within(ctx, closeLimit, o.desktop.Close), within(ctx, closeLimit, from.machine.Stay))
		}
	}
	o.machine.Expect(left.Task)
	o.desktop.watch(o.machine, o.near, left.Task)
	o.desktop.holdWhenNeeded(o.machine, o.near, o.tell)
	return o.desktop, nil
}

// leftImages returns what a machine has left as images, for an origin.
func leftImages(left *vmhost.Left, ram int64) []wire.Source {
	return []wire.Source{
		{ImageInfo: wire.ImageInfo{Name: memoryImage, Size: ram}, Content: left.Memory},
		{ImageInfo: wire.ImageInfo{Name: diskImage, Size: left.Disk.Size()}, Content: left.Disk},
		{ImageInfo: wire.ImageInfo{Name: deviceImage, Size: int64(len(left.Device))}, Content: bytes.NewReader(left.Device)},
	}
}

// within calls do with a time of its own, whether or not ctx has ended.
func within(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	return do(ctx)
}
