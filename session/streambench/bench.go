// Package streambench measures streamed desktops as people would meet them: a robot does tasks that
// no stream has learned from, in machines that begin cold, over emulated networks, by each strategy
// in turn.
//
// # What is measured
//
//   - crisp: from the moment when the near end begins to connect, the link being made and probed,
//     until a key is answered on the screen in less than 150 ms (Tolia, Andersen, Satyanarayanan,
//     IEEE Computer 2006: what people call crisp). The robot clicks, presses a key, waits for the
//     screen, takes the key back, and tries again. In a task where nothing is typed it is the first picture.
//   - picture: from the same moment until the screen shows anything.
//   - demand_median: how long a chunk takes that nobody foresaw, while a long plan is pushed. The bar is
//     1.25 times the round trip and the time that the chunk itself takes on the link.
//   - fetch_ratio, miss_rate, buffering: see study.DesktopReport. Buffering is for a task of five
//     minutes, as what a person waits for is over long before.
//
// The bar of crisp is 1.3 times what the link needs for the resume set and the state of the devices,
// compressed as one run, and two round trips. The resume set is what rehearsals touched in their first
// three seconds: more where the computer is quicker. crisp_least is the same for all that the run itself
// had touched when a key was crisp, which no strategy could do without.
//
// A strategy that does not come to a crisp key within the patience of the bench has the patience
// as its value: it took longer than that.
package streambench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"vmstudy/bench"
	"vmstudy/rfb/robot"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/stream/forecast"
	"vmstudy/study"
)

// Config is what the bench runs on.
type Config struct {
	Lab       *session.Lab
	Appliance string
	Scripts   map[string]session.Script // that no stream has learned from, by name
	Quick     string                    // the name of the script that a quick bench plays

	Network, Script string // measure only over this network and with this script, by their names; "" means all
}

// network is one of those that vTube's authors measured on, and a good line of today.
type network struct {
	name string
	study.Network
}

var networks = []network{
	{"7.2/120", study.Network{Down: 7200 * study.Kbps, Up: 7200 * study.Kbps, RTT: 120 * time.Millisecond}},
	{"14.4/60", study.Network{Down: 14400 * study.Kbps, Up: 14400 * study.Kbps, RTT: 60 * time.Millisecond}},
	{"50/20", study.Network{Down: 50 * study.Mbps, Up: 50 * study.Mbps, RTT: 20 * time.Millisecond}},
}

const (
	patience  = 2 * time.Minute // for one desktop
	longTask  = 5 * time.Minute
	noNetwork = "local"
)

// Bench returns the bench. Most of its sections are strategies, the best first, and each of these is
// run over every network.
func Bench(c Config) bench.Bench {
	b := bench.Bench{Name: "stream", Sections: []bench.Section{
		{Name: "demand", About: "chunks that nobody foresaw", Measure: c.measureDemand},
		{Name: noNetwork, About: "a desktop without a network", Long: true, Measure: c.measureLocal},
		{Name: "unshaped", About: "a desktop streamed over a link that holds nothing back", Long: true, Measure: c.measureUnshaped},
	}}
	all := study.Strategies()
	for i := len(all) - 1; i >= 0; i-- {
		s := all[i]
		b.Sections = append(b.Sections, bench.Section{
			Name: string(s), About: "strategy " + string(s), Long: !quick[s],
			Measure: func(ctx context.Context, set bench.Setting) ([]bench.Row, error) { return c.measure(ctx, s, set) },
		})
	}
	return b
}

// quick are the strategies of a quick bench.
var quick = map[study.Strategy]bool{study.BestStrategy: true, study.OrderStrategy: true}

// measure runs one strategy over the networks and scripts.
func (c Config) measure(ctx context.Context, s study.Strategy, set bench.Setting) ([]bench.Row, error) {
	over, scripts := c.chosen()
	if set.Quick {
		over, scripts = networks[:1], map[string]session.Script{c.Quick: c.Scripts[c.Quick]}
	}
	var rows []bench.Row
	done := 0
	for _, n := range over {
		for name, script := range scripts {
			set.Show(done, len(over)*len(scripts))
			done++
			r, err := c.run(ctx, study.Condition{
				Method: study.Stream, Strategy: s, Network: study.NamedNetwork{Name: n.name, Network: n.Network},
				Task: study.Task{ID: script.Task},
			}, script)
			if err != nil {
				return rows, fmt.Errorf("%s over %s, %s: %w", s, n.name, name, err)
			}
			limit, err := c.limit(script.Task, n.Network)
			if err != nil {
				return rows, err
			}
			least, err := c.least(r.touched, n.Network)
			if err != nil {
				return rows, err
			}
			condition := fmt.Sprintf("%s %s %s", n.name, s, name)
			rows = append(rows, r.rows(condition, s, limit)...)
			rows = append(rows, bench.Told(least.Seconds()).As("crisp_least", condition, "s"))
		}
	}
	return rows, nil
}

// chosen returns the networks and scripts that are not left out.
func (c Config) chosen() ([]network, map[string]session.Script) {
	over := slices.DeleteFunc(slices.Clone(networks), func(n network) bool { return c.Network != "" && n.name != c.Network })
	scripts := maps.Clone(c.Scripts)
	maps.DeleteFunc(scripts, func(name string, _ session.Script) bool { return c.Script != "" && name != c.Script })
	return over, scripts
}

// Networks returns the names of the networks that are measured.
func Networks() (names []string) {
	for _, n := range networks {
		names = append(names, n.name)
	}
	return names
}

// measureLocal shows how soon a key is crisp when everything is here.
func (c Config) measureLocal(ctx context.Context, _ bench.Setting) ([]bench.Row, error) {
	script := c.Scripts[c.Quick]
	r, err := c.run(ctx, study.Condition{Method: study.Local, Network: study.NoNetwork, Task: study.Task{ID: script.Task}}, script)
	if err != nil {
		return nil, err
	}
	return []bench.Row{
		bench.Told(r.crisp.Seconds()).As("crisp", noNetwork, "s"),
		bench.Told(r.picture.Seconds()).As("picture", noNetwork, "s"),
	}, nil
}

// result is one run of a script.
type result struct {
	picture, crisp time.Duration
	desktop        study.DesktopReport
	touched        []forecast.Access // until crisp
}

// rows are bars for the best strategy, and figures for the others.
func (r result) rows(condition string, s study.Strategy, limit time.Duration) []bench.Row {
	d := r.desktop
	still := (r.crisp + d.Paused + d.Waited).Seconds()
	buffering := still / (still + longTask.Seconds())
	if s != study.BestStrategy {
		return []bench.Row{
			bench.Told(r.crisp.Seconds()).As("crisp", condition, "s"),
			bench.Told(r.picture.Seconds()).As("picture", condition, "s"),
			bench.Told(d.FetchRatio()).As("fetch_ratio", condition, ""),
			bench.Told(d.MissRate()*100).As("miss_rate", condition, "%"),
			bench.Told(buffering).As("buffering", condition, ""),
			bench.Told(float64(d.BytesMoved)/1e6).As("sent", condition, "MB"),
		}
	}
	return []bench.Row{
		bench.AtMost(1.3*limit.Seconds(), r.crisp.Seconds()).As("crisp", condition, "s").Beside(limit.Seconds(), "limit of the link"),
		bench.Told(r.picture.Seconds()).As("picture", condition, "s"),
		bench.AtMost(1.15, d.FetchRatio()).As("fetch_ratio", condition, ""),
		bench.AtMost(0.1, d.MissRate()*100).As("miss_rate", condition, "%"),
		bench.AtMost(0.05, buffering).As("buffering", condition, ""),
		bench.Told(float64(d.BytesMoved)/1e6).As("sent", condition, "MB"),
		bench.Told(d.Longest.Seconds()).As("longest_wait", condition, "s"),
	}
}

// run lets a robot do one task in one desktop.
func (c Config) run(ctx context.Context, cond study.Condition, script session.Script) (result, error) {
	return c.open(ctx, cond, script, true)
}

// open opens a desktop and waits until it is crisp, and lets the robot do its task then if it shall.
func (c Config) open(ctx context.Context, cond study.Condition, script session.Script, whole bool) (r result, err error) {
	app, err := c.Lab.Appliance(c.Appliance)
	if err != nil {
		return result{}, err
	}
	if cond.Task, err = app.Task(cond.Task.ID); err != nil {
		return result{}, err
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	connecting := false
	d, err := c.Lab.Open(bounded, session.Request{Appliance: c.Appliance, Condition: cond, Seed: 1}, func(p session.Progress) {
		if p.Stage == session.LoadStage && !connecting {
			connecting, began = true, time.Now()
		}
	})
	if err != nil {
		return late(ctx, bounded, err)
	}
	defer func() { err = errors.Join(err, d.Close(context.WithoutCancel(ctx))) }()
	err = r.play(bounded, d, began, script, whole)
	r.desktop = d.Report().Desktop
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		r.crisp, err = max(r.crisp, patience), nil
	}
	return r, err
}

// late is the result of a desktop that did not open in time.
func late(ctx, bounded context.Context, err error) (result, error) {
	if ctx.Err() == nil && bounded.Err() != nil {
		return result{picture: patience, crisp: patience}, nil
	}
	return result{}, err
}

// play waits for the first picture and the first crisp key, and then does the whole task if it shall.
func (r *result) play(ctx context.Context, d session.Desktop, began time.Time, script session.Script, whole bool) error {
	conn, err := d.DialRFB(ctx, func(tap.Event) {})
	if err != nil {
		return err
	}
	screen, err := robot.Connect(ctx, conn)
	if err != nil {
		return err
	}
	defer screen.Close()
	if _, err := screen.WaitChange(ctx, 0); err != nil {
		return err
	}
	r.picture = time.Since(began)
	typed := 0
	if script.Types() {
		if typed, err = untilCrisp(ctx, screen); err != nil {
			return err
		}
	}
	r.crisp = time.Since(began)
	r.touched = session.Touched(d).Accesses
	if err := takeBack(ctx, screen, typed); err != nil {
		return err
	}
	if !whole {
		return nil
	}
	return script.Play(ctx, screen, d.Completed())
}

// untilCrisp clicks at the editor, which then takes the keyboard, presses keys until one is answered
// in time, and takes those back that are answered late, as a person would. One who sees nothing for
// long clicks again. It returns with the answer, and says how many keys are still to be taken back.
func untilCrisp(ctx context.Context, screen *robot.Client) (typed int, err error) {
	for took := longSilence; ; {
		if took >= longSilence { // or nothing was pressed yet
			if err := click(ctx, screen); err != nil {
				return typed, err
			}
		}
		before, pressed := screen.Changes(), time.Now()
		if err := screen.Type(ctx, "x"); err != nil {
			return typed, err
		}
		typed++
		wait, cancel := context.WithTimeout(ctx, longSilence)
		_, err := screen.WaitChange(wait, before)
		silent := wait.Err() != nil
		cancel()
		took = time.Since(pressed)
		switch {
		case ctx.Err() != nil:
			return typed, context.Cause(ctx)
		case silent:
			continue
		case err != nil || took < study.CrispLimit:
			return typed, err
		}
		if err := takeBack(ctx, screen, typed); err != nil {
			return typed, err
		}
		typed = 0
	}
}

// takeBack takes typed keys back, and waits until nothing moves.
func takeBack(ctx context.Context, screen *robot.Client, typed int) error {
	if typed == 0 {
		return nil
	}
	for range typed {
		if err := stroke(ctx, screen, robot.KeyBackspace); err != nil {
			return err
		}
	}
	return screen.WaitQuiet(ctx, fingerTime)
}

// longSilence is how long a person waits for any answer.
const longSilence = 5 * time.Second

// click presses the button in the middle of the screen, as long as a finger does, and waits until
// nothing moves.
func click(ctx context.Context, screen *robot.Client) error {
	at := screen.Size().Div(2)
	for _, buttons := range []uint8{0, 1, 0} {
		if err := screen.Pointer(ctx, at.X, at.Y, buttons); err != nil {
			return err
		}
		select {
		case <-time.After(fingerTime):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return screen.WaitQuiet(ctx, fingerTime)
}

// fingerTime is how long a button stays down; some programs miss a shorter click.
const fingerTime = 100 * time.Millisecond

func stroke(ctx context.Context, screen *robot.Client, key uint32) error {
	if err := screen.Key(ctx, key, true); err != nil {
		return err
	}
	return screen.Key(ctx, key, false)
}
