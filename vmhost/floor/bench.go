package floor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/rfb/robot"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
	"vmstudy/vmhost/build"
)

// The bars, in ms. Those of the editor are for an emulated guest, which itself needs 20 ms.
const (
	bootMedian, bootLate = 10, 20
	editorMedian         = 40
	spread               = 5 // between the slowest and the fastest median of one guest
)

// Times between keys: faster and slower than people type.
const (
	fast   = 50 * time.Millisecond
	seldom = 800 * time.Millisecond
)

// qemuVNC names the server that ours is compared with.
const qemuVNC = "QEMU's VNC"

// condition is one row of the table.
type condition struct {
	name   string
	finger Finger
}

func conditions() []condition {
	many, few := 4, 2
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

// Sections returns the sections of the bench. host returns a host whose machines show their screens by display,
// vmhost.VNC or vmhost.DBus, and keep their files in dir. editor returns an appliance whose first window is an
// editor.
func Sections(host func(ctx context.Context, display, dir string) (*vmhost.Host, error), editor func() (vmhost.Appliance, error)) []bench.Section {
	boot := func(ctx context.Context, h *vmhost.Host, dir string) (vmhost.Appliance, error) {
		return build.Appliance(ctx, h, bootsector.Recipe, filepath.Join(dir, "bootsector"), nil)
	}
	desktop := func(context.Context, *vmhost.Host, string) (vmhost.Appliance, error) {
		a, err := editor()
		if errors.Is(err, study.ErrNotFound) {
			return a, bench.Unable{Why: "needs the appliance demo: studyctl appliance build demo"}
		}
		return a, err
	}
	typing := measure{"editor", host, desktop, editorMedian, math.Inf(1)}
	return []bench.Section{
		{Name: "floor", About: "Key to screen, guest of 512 bytes", Measure: measure{"boot sector", host, boot, bootMedian, bootLate}.rows},
		{Name: "floor-editor", About: "Key to screen, editor", Measure: typing.rows},
		{Name: "floor-cost", About: "Processor for a busy screen", Measure: typing.cost},
	}
}

// measure is one section.
type measure struct {
	guest        string
	host         func(ctx context.Context, display, dir string) (*vmhost.Host, error)
	appliance    func(ctx context.Context, h *vmhost.Host, dir string) (vmhost.Appliance, error)
	median, late float64 // bars in ms
}

// rows measures both displays, one after the other.
func (m measure) rows(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	rounds, all := 7, conditions()
	if s.Quick {
		rounds = 3
	}
	peer, err := m.way(ctx, vmhost.VNC, rounds, func(done int) { s.Show(done, 2*rounds) })
	if err != nil {
		return nil, err
	}
	ours, err := m.way(ctx, vmhost.DBus, rounds, func(done int) { s.Show(rounds+done, 2*rounds) })
	if err != nil {
		return nil, err
	}
	var rows []bench.Row
	var medians []float64
	for i, c := range all {
		where := m.guest + ", " + c.name
		took, theirs := stat.In(time.Millisecond, ours[i]), stat.In(time.Millisecond, peer[i])
		p50 := stat.Median(took)
		medians = append(medians, p50)
		tail, slow := stat.Tail(took, 0.95)
		_, theirSlow := stat.Tail(theirs, 0.95)
		late := bench.Told(slow)
		if !math.IsInf(m.late, 1) {
			late = bench.AtMost(m.late, slow)
		}
		rows = append(rows,
			bench.AtMost(m.median, p50).As("answer_p50", where, "ms").Beside(stat.Median(theirs), qemuVNC),
			late.As("answer_"+tail, where, "ms").Beside(theirSlow, qemuVNC))
	}
	least, most := stat.Range(medians)
	return append(rows, bench.AtMost(spread, most-least).As("answer_spread", m.guest, "ms")), nil
}

// way measures all conditions with one display. Each round has some keys of every condition, so that changes over
// time affect all conditions alike.
func (m measure) way(ctx context.Context, display string, rounds int, show func(int)) (took [][]time.Duration, err error) {
	all := conditions()
	err = m.on(ctx, display, func(c *robot.Client) error {
		// Press some keys first without measuring: the emulator translates the code at its first use, which is slow.
		if _, err := (Finger{Hold: 50 * time.Millisecond, Gap: fast, Keys: 6}).Press(ctx, c); err != nil {
			return err
		}
		took = make([][]time.Duration, len(all))
		for round := range rounds {
			show(round)
			for i, cond := range all {
				some, err := cond.finger.Press(ctx, c)
				if err != nil {
					return fmt.Errorf("%s, shown by %s, %s: %w", m.guest, display, cond.name, err)
				}
				took[i] = append(took[i], some...)
			}
		}
		return nil
	})
	return took, err
}
