package session

import (
	"context"
	"errors"
	"fmt"
	"image"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/tap"
	"vmstudy/stream/forecast"
	"vmstudy/study"
)

// rehearsalLimit is how long a robot may take for one script. It allows for an emulated machine on a
// busy computer.
const rehearsalLimit = 90 * time.Second

var errRehearsalLimit = fmt.Errorf("no end after %v", rehearsalLimit)

// RehearsalError says that a script could not be played to its end.
type RehearsalError struct {
	Err    error
	Screen image.Image    // the screen at that moment
	Trace  forecast.Trace // what the machine had touched until then; usable, but shorter than a whole rehearsal's
}

func (e *RehearsalError) Error() string { return e.Err.Error() }
func (e *RehearsalError) Unwrap() error { return e.Err }

// Rehearse lets a robot do a task in a streamed desktop without a network. It returns the trace: what
// the machine touched, in order. Streams learn from it.
func (l *Lab) Rehearse(ctx context.Context, appliance string, s Script) (_ forecast.Trace, err error) {
	app, err := l.Appliance(appliance)
	if err != nil {
		return forecast.Trace{}, err
	}
	task, err := app.Task(s.Task)
	if err != nil {
		return forecast.Trace{}, err
	}
	opened, err := l.Open(ctx, Request{
		Appliance: appliance,
		Condition: study.Condition{Access: study.Access{Method: study.Stream}, Network: study.NoNetwork, Task: task},
	}, func(Progress) {})
	if err != nil {
		return forecast.Trace{}, err
	}
	defer func() { err = errors.Join(err, opened.Close(context.WithoutCancel(ctx))) }()

	conn, err := opened.DialRFB(ctx, func(tap.Event) {})
	if err != nil {
		return forecast.Trace{}, err
	}
	screen, err := robot.Connect(ctx, conn)
	if err != nil {
		return forecast.Trace{}, err
	}
	defer func() { err = errors.Join(err, screen.Close()) }()
	if _, err := screen.WaitChange(ctx, 0); err != nil {
		return forecast.Trace{}, fmt.Errorf("waiting for the first picture: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, rehearsalLimit, errRehearsalLimit)
	defer cancel()
	if err := s.Play(ctx, screen, opened.Completed()); err != nil {
		return forecast.Trace{}, &RehearsalError{Err: err, Screen: screen.Screen(), Trace: Touched(opened)}
	}
	return Touched(opened), nil
}
