package floor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"vmstudy/bench"
	"vmstudy/rfb"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
)

// What is promised, in ms. An editor's figures are for a guest that is emulated, which spends 20
// ms itself.
const (
	bootMedian, bootLate = 10, 20
	editorMedian         = 40
	spread               = 5 // between the slowest and the fastest median of one guest
)

// How keys are pressed: as people do, and slower and faster than that.
const (
	fast   = 50 * time.Millisecond
	seldom = 800 * time.Millisecond
)

// condition is one row of the table.
type condition struct {
	name   string
	finger Finger
}

func conditions(quick bool) []condition {
	many, few := 25, 12
	if quick {
		many, few = 10, 4
	}
	ms := time.Millisecond
	return []condition{
		{"held 10 ms, fast", Finger{10 * ms, fast, many}},
		{"held 30 ms, fast", Finger{30 * ms, fast, many}},
		{"held 60 ms, fast", Finger{60 * ms, fast, many}},
		{"held 80 ms, fast", Finger{80 * ms, fast, many}},
		{"held 10 ms, seldom", Finger{10 * ms, seldom, few}},
		{"held 80 ms, seldom", Finger{80 * ms, seldom, few}},
	}
}

// Sections are the parts of the bench. host returns a host whose machines show their screens in
// one of the ways of package vmhost, under a directory of its own; editor is an appliance whose
// first window is an editor.
func Sections(host func(ctx context.Context, display, dir string) (*vmhost.Host, error), editor func() (vmhost.Appliance, error)) []bench.Section {
	boot := func(ctx context.Context, h *vmhost.Host, dir string) (vmhost.Appliance, error) {
		return h.Build(ctx, bootsector.Recipe, filepath.Join(dir, "bootsector"), nil)
	}
	desktop := func(context.Context, *vmhost.Host, string) (vmhost.Appliance, error) {
		a, err := editor()
		if errors.Is(err, study.ErrNotFound) {
			return a, bench.Unable{Why: "needs the appliance demo: studyctl appliance build demo"}
		}
		return a, err
	}
	return []bench.Section{
		{Name: "floor", About: "Key to screen, guest of 512 bytes", Measure: measure{"boot sector", host, boot, bootMedian, bootLate}.rows},
		{Name: "floor-editor", About: "Key to screen, editor", Measure: measure{"editor", host, desktop, editorMedian, math.Inf(1)}.rows},
	}
}

// measure is one section.
type measure struct {
	guest        string
	host         func(ctx context.Context, display, dir string) (*vmhost.Host, error)
	appliance    func(ctx context.Context, h *vmhost.Host, dir string) (vmhost.Appliance, error)
	median, late float64 // bars in ms
}

// rows measures both ways of showing a screen, one after the other.
func (m measure) rows(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	var ours, peer [][]time.Duration
	all := conditions(s.Quick)
	for i, way := range []struct {
		display string
		took    *[][]time.Duration
	}{{vmhost.VNC, &peer}, {vmhost.DBus, &ours}} {
		show := func(done int) { s.Show(i*len(all)+done, 2*len(all)) }
		if err := m.way(ctx, way.display, all, way.took, show); err != nil {
			return nil, err
		}
	}
	var rows []bench.Row
	var medians []float64
	const other = "QEMU's VNC"
	for i, c := range all {
		where := m.guest + ", " + c.name
		p50, p95 := quantile(ours[i], 0.5), quantile(ours[i], 0.95)
		medians = append(medians, p50)
		late := bench.Told(p95)
		if !math.IsInf(m.late, 1) {
			late = bench.AtMost(m.late, p95)
		}
		rows = append(rows,
			bench.AtMost(m.median, p50).As("answer_p50", where, "ms").Beside(quantile(peer[i], 0.5), other),
			late.As("answer_p95", where, "ms").Beside(quantile(peer[i], 0.95), other))
	}
	most := slices.Max(medians) - slices.Min(medians)
	return append(rows, bench.AtMost(spread, most).As("answer_spread", m.guest, "ms")), nil
}

// way measures all conditions with screens shown in one way.
func (m measure) way(ctx context.Context, display string, all []condition, took *[][]time.Duration, show func(int)) (err error) {
	dir, err := os.MkdirTemp("", "floor")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	h, err := m.host(ctx, display, filepath.Join(dir, "run"))
	if err != nil {
		return err
	}
	a, err := m.appliance(ctx, h, dir)
	if err != nil {
		return err
	}
	vm, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, vm.Close(context.WithoutCancel(ctx))) }()
	conn, err := vm.DialRFB(ctx)
	if err != nil {
		return err
	}
	c, err := rfb.Connect(ctx, conn)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.WaitChange(ctx, 0); err != nil {
		return err
	}
	// The first answers are the slowest: the emulator meets their code for the first time.
	if _, err := (Finger{Hold: 50 * time.Millisecond, Gap: fast, Keys: 5}).Press(ctx, c); err != nil {
		return err
	}
	for i, c2 := range all {
		show(i)
		one, err := c2.finger.Press(ctx, c)
		if err != nil {
			return fmt.Errorf("%s, shown by %s, %s: %w", m.guest, display, c2.name, err)
		}
		*took = append(*took, one)
	}
	return nil
}

// quantile returns a quantile of some times in ms: the smallest that at least that share of them
// is not above.
func quantile(took []time.Duration, q float64) float64 {
	sorted := slices.Sorted(slices.Values(took))
	return float64(sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]) / float64(time.Millisecond)
}
