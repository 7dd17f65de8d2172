package streambench

import (
	"context"
	"errors"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/stream/forecast"
	"vmstudy/study"
)

// result is one run of a script.
type result struct {
	picture, crisp time.Duration
	desktop        study.DesktopReport
	touched        []forecast.Access // what the machine touched until crisp
}

// run lets a robot do one task in one desktop.
func (c Config) run(ctx context.Context, cond study.Condition, script session.Script) (result, error) {
	return c.open(ctx, cond, script, true)
}

// open opens a desktop and waits until it is crisp. If whole is true, the robot then does its task.
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
		err = nil
		if r.picture == 0 {
			r.picture = patience
		}
		if r.crisp == 0 { // if not, the task was cut short, but crisp is measured
			r.crisp = patience
		}
	}
	return r, err
}

// late returns the result for a desktop that did not become crisp in time.
func late(ctx, bounded context.Context, err error) (result, error) {
	if ctx.Err() == nil && bounded.Err() != nil {
		return result{picture: patience, crisp: patience}, nil
	}
	return result{}, err
}

// play waits for the first picture and the first crisp key. If whole is true, it then does the task.
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

// untilCrisp clicks at the editor, so that keys go to it, and then presses keys until one is answered in time. Like a
// person, it deletes what was typed if the answer was late, and clicks again if nothing is seen for long. typed is how many
// keys are still to be deleted when it returns.
func untilCrisp(ctx context.Context, screen *robot.Client) (typed int, err error) {
	for took := longSilence; ; {
		if took >= longSilence { // also if nothing was pressed yet
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

// takeBack deletes typed keys, and waits until the screen is quiet.
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

// longSilence is how long a person waits for any answer before they click again.
const longSilence = 5 * time.Second

// click clicks in the middle of the screen, as slowly as a finger does, and waits until the screen is quiet.
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
