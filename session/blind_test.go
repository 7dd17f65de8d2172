package session_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/vmhosttest"
)

// blindLinks are links over which the demo's desktop waits for pages for seconds at the first keys.
var blindLinks = []study.NamedNetwork{
	{Name: "7.2/120", Network: study.Network{Down: 7_200_000, Up: 7_200_000, RTT: 120 * time.Millisecond}},
	{Name: "2/200", Network: study.Network{Down: 2 * study.Mbps, Up: 2 * study.Mbps, RTT: 200 * time.Millisecond}},
}

// blindDeeds are what people do who do not look. task is the place of its task among the demo's, and goal another goal than
// the task's own, if there is one.
var blindDeeds = []struct {
	name string
	task int
	goal string
	do   func(*typistsHands, study.Task)
}{
	{"type", 1, "", (*typistsHands).write},
	{"paint", 2, "", (*typistsHands).paint},
	{"drag", 2, "105 426 390 5 286EDC", (*typistsHands).draw}, // one row of pixels along the line
	{"mark", 1, "", (*typistsHands).mark},
}

// TestWhoWorksWithoutLookingLosesNothing does the demo's tasks at a person's pace and never looks at the screen. The
// guest reports the task as complete only if every letter, click and drag arrived, in order. STUDYCTL_TEST_BLIND is the
// number of runs.
func TestWhoWorksWithoutLookingLosesNothing(t *testing.T) {
	studytest.Need(t, "qemu", "fuse")
	runs := studytest.Times(t, "STUDYCTL_TEST_BLIND", 1)
	app, err := vmhost.Load(filepath.Join(studytest.Data(t), "appliances", "demo"))
	if err != nil {
		t.Fatal(err)
	}
	host := vmhosttest.Host(t, 0)
	// Guests that get their pages soon work all the time: more than one on each processor would measure the host.
	busy := make(chan struct{}, runtime.NumCPU())
	for run := range runs {
		link, strategy := blindLinks[run%2], []study.Strategy{study.BestStrategy, study.NoStrategy}[run/2%2]
		does := blindDeeds[run/4%len(blindDeeds)]
		task := app.Tasks[does.task]
		task.Goal = cmp.Or(does.goal, task.Goal)
		t.Run(fmt.Sprintf("%d %s %s %s", run+1, does.name, link.Name, strategy), func(t *testing.T) {
			t.Parallel()           // page by page, a run takes half an hour and leaves the processor idle
			limit := 2 * time.Hour // without a forecast it takes half an hour
			if strategy == study.BestStrategy {
				limit = 10 * time.Minute
				busy <- struct{}{}
				defer func() { <-busy }()
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			_, d := openTypist(ctx, t, host, app, study.Condition{Access: study.Access{Method: study.Stream, Strategy: strategy}, Network: link, Task: task})
			p := newTypistsHands(ctx, t, d)
			began := time.Now()
			does.do(p, task)
			done := time.Since(began)
			p.save()
			select {
			case <-d.Completed():
			case <-d.Lost():
				t.Error("the desktop was lost")
			case <-ctx.Done():
				t.Errorf("the guest has not seen that the task is complete; its screen is in %s", keepScreen(t, p.screen.Screen()))
			}
			p.settle(d)
			r := d.Report().Desktop
			t.Logf("soak: done in %v and seen after %v; of %d brought %d went in, %d were passed by, %d lost; %d waited, %v at most; the machine waited %v and was paused for %v",
				done.Round(time.Second), time.Since(began).Round(time.Second), r.InputsBrought, r.InputsDelivered, r.InputsPassed, r.InputsLost,
				r.InputsDelayed, r.LongestDelay.Round(time.Millisecond), r.Waited.Round(time.Millisecond), r.Paused.Round(time.Millisecond))
			if r.InputsLost != 0 || r.InputsBrought != r.InputsDelivered+r.InputsPassed {
				t.Errorf("the counts do not add up: %+v", r)
			}
			if err := p.screen.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// keepScreen writes a picture among the test's artifacts, and returns its path. With the flag -artifacts they outlive the test.
func keepScreen(t *testing.T, screen image.Image) string {
	t.Helper()
	path := filepath.Join(t.ArtifactDir(), "screen.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, screen), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// settle waits until everything that was done has gone in.
func (p *typistsHands) settle(d session.Desktop) {
	for r := d.Report().Desktop; r.InputsBrought != r.InputsDelivered+r.InputsPassed; r = d.Report().Desktop {
		p.pause(10 * time.Millisecond)
	}
}

// goTo moves the pointer from where it was, in many small steps as a hand does.
func (p *typistsHands) goTo(x, y int) {
	p.way(p.x, p.y, x, y, 0)
	p.x, p.y = x, y
}

func (p *typistsHands) click(x, y int) {
	p.goTo(x, y)
	p.pause(100 * time.Millisecond)
	p.point(x, y, 1)
	p.pause(100 * time.Millisecond)
	p.point(x, y, 0)
	p.pause(300 * time.Millisecond)
}

// write clicks into the editor and types the sentence at 12 letters a second.
func (p *typistsHands) write(task study.Task) {
	p.click(500, 300)
	p.letters(task.Goal)
}

func (p *typistsHands) letters(text string) {
	for _, c := range text {
		capital := c >= 'A' && c <= 'Z'
		if capital {
			p.key(robot.KeyShift, true)
		}
		p.key(uint32(c), true)
		p.pause(50 * time.Millisecond)
		p.key(uint32(c), false)
		if capital {
			p.key(robot.KeyShift, false)
		}
		p.pause(33 * time.Millisecond)
	}
}

// mark writes the wrong sentence, marks it by dragging from its end to its beginning, and writes the right one in its place. If the drag
// marks nothing, both are there.
func (p *typistsHands) mark(task study.Task) {
	p.write(study.Task{Goal: "Not this."})
	p.goTo(900, 300)
	p.pause(300 * time.Millisecond)
	p.point(p.x, p.y, 1)
	p.pause(100 * time.Millisecond)
	p.way(p.x, p.y, 2, 62, 1)
	p.x, p.y = 2, 62
	p.pause(100 * time.Millisecond)
	p.point(p.x, p.y, 0)
	p.pause(300 * time.Millisecond)
	p.letters(task.Goal)
}

// paint chooses the colour and the bucket, and fills the door.
func (p *typistsHands) paint(study.Task) {
	for _, at := range [][2]int{{38, 288}, {88, 103}, {557, 510}} {
		p.click(at[0], at[1])
	}
}

// draw chooses the colour and the pencil, and draws a line on the meadow.
func (p *typistsHands) draw(study.Task) {
	p.click(38, 288)
	p.click(18, 103)
	p.goTo(337, 625)
	p.pause(300 * time.Millisecond)
	p.point(p.x, p.y, 1)
	p.pause(100 * time.Millisecond)
	p.way(p.x, p.y, 737, 625, 1)
	p.x = 737
	p.pause(100 * time.Millisecond)
	p.point(p.x, p.y, 0)
	p.pause(300 * time.Millisecond)
}

func (p *typistsHands) save() {
	p.key(robot.KeyControl, true)
	p.pause(60 * time.Millisecond)
	p.press('s')
	p.pause(60 * time.Millisecond)
	p.key(robot.KeyControl, false)
}
