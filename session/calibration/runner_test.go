package calibration_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/netem/netembench"
	"vmstudy/session/calibration"
	"vmstudy/study"
	"vmstudy/studytest"
)

// pretend measures for a minute and then returns one finding, or fail.
type pretend struct{ fail error }

func (p pretend) Takes([]study.NamedNetwork) time.Duration { return time.Minute }

func (p pretend) Run(ctx context.Context, _ []study.NamedNetwork, show func(netembench.Progress)) (netembench.Found, error) {
	found := netembench.Found{Machine: study.Machine{CPU: "pretended"}, Findings: []study.Finding{{Network: "far", Name: "rtt", OK: true}}}
	show(netembench.Progress{Network: 1, Networks: 1, Name: "far", What: "round trips", Left: time.Minute})
	select {
	case <-time.After(time.Minute):
		return found, p.fail
	case <-ctx.Done():
		return found, context.Cause(ctx)
	}
}

// room is a runner over a store in memory, with a study that has one network.
type room struct {
	t         *testing.T
	store     *studytest.Store
	runner    *calibration.Runner
	networks  []study.NamedNetwork
	study     study.StudyID
	busy      bool
	cleared   int   // how often Clear was called
	uncleared error // what Clear returns
	stop      func()
	stopped   chan error
}

func open(t *testing.T, measure calibration.Measurer) *room {
	r := &room{t: t, store: studytest.NewStore(), stopped: make(chan error, 1)}
	r.networks = []study.NamedNetwork{{Name: "far", Network: study.Network{RTT: time.Second}}}
	var err error
	r.study, err = r.store.CreateStudy(t.Context(), 0, studytest.Design(), time.Now())
	r.must(err)
	r.runner = calibration.New(calibration.Config{
		Store: r.store, Measure: measure, Way: study.UserspaceWay, Program: "v1", Busy: func() bool { return r.busy },
		Clear: func(context.Context) error { r.cleared++; return r.uncleared },
	})
	r.serve()
	return r
}

func (r *room) serve() {
	ctx, stop := context.WithCancel(r.t.Context())
	r.stop = stop
	ready := make(chan struct{})
	go func() { r.stopped <- r.runner.Run(ctx, ready) }()
	<-ready
}

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) start() (study.CalibrationID, error) {
	return r.runner.Start(r.t.Context(), study.Calibration{Study: r.study, Of: "the draft", By: "ada"}, r.networks)
}

func (r *room) recorded(id study.CalibrationID) study.Calibration {
	r.t.Helper()
	c, err := r.store.Calibration(r.t.Context(), id)
	r.must(err)
	return c
}

// wants fails the test unless the calibration is on record like this.
func (r *room) wants(id study.CalibrationID, state study.CalibrationState, cause string) study.Calibration {
	r.t.Helper()
	c := r.recorded(id)
	if c.State != state || c.Cause != cause {
		r.t.Errorf("it is %s, %q; want %s, %q", c.State, c.Cause, state, cause)
	}
	return c
}

func inBubble(t *testing.T, measure calibration.Measurer, do func(*room)) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, measure)
		do(r)
		r.stop()
		r.must(<-r.stopped)
	})
}

func TestACalibrationComesOnRecord(t *testing.T) {
	inBubble(t, pretend{}, func(r *room) {
		began := time.Now()
		id, err := r.start()
		r.must(err)
		synctest.Wait()
		running := r.wants(id, study.CalibrationRuns, "")
		if len(running.Networks) != 1 || running.Networks[0].Says != "∞/∞ Mbps, 1000 ms" || running.Way != study.UserspaceWay || running.Program != "v1" {
			t.Errorf("on record while it runs: %+v", running)
		}
		if s, ok := r.runner.Status(); !ok || s.ID != id || s.Study != r.study || s.What != "round trips" {
			t.Errorf("status %+v, %v", s, ok)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		c := r.wants(id, study.CalibrationFinished, "")
		if len(c.Findings) != 1 || c.Machine.CPU != "pretended" || c.EndedAt.Sub(began) != time.Minute {
			t.Errorf("on record: %+v", c)
		}
		if _, ok := r.runner.Status(); ok {
			t.Error("it still runs")
		}
	})
}

func TestOneCalibrationRunsAtATime(t *testing.T) {
	inBubble(t, pretend{}, func(r *room) {
		id, err := r.start()
		r.must(err)
		if _, err := r.start(); !errors.Is(err, study.ErrConflict) || study.Sentence(err) == "" {
			t.Errorf("a second one: %v", err)
		}
		r.must(r.runner.Stop(r.t.Context(), id, "eve"))
		c := r.wants(id, study.CalibrationStopped, "eve stopped it.")
		if len(c.Findings) != 1 {
			t.Error("what was found is lost")
		}
		r.must(r.runner.Stop(r.t.Context(), id, "eve")) // the button is pressed twice
		next, err := r.start()
		r.must(err)
		r.must(r.runner.Stop(r.t.Context(), id, "eve")) // an old page stops the earlier calibration
		if s, ok := r.runner.Status(); !ok || s.ID != next {
			t.Errorf("stopping the one before stopped the next: %+v", s)
		}
	})
}

func TestParticipantsComeFirst(t *testing.T) {
	inBubble(t, pretend{}, func(r *room) {
		r.must(r.runner.Yield(r.t.Context())) // no calibration is running
		id, err := r.start()
		r.must(err)
		began := time.Now()
		r.must(r.runner.Yield(r.t.Context()))
		if time.Since(began) != 0 {
			t.Errorf("a participant waited for %v", time.Since(began))
		}
		synctest.Wait()
		r.wants(id, study.CalibrationStopped, "A participant began a trial, and participants come first.")
		r.busy = true
		if _, err := r.start(); !errors.Is(err, study.ErrConflict) || study.Sentence(err) == "" {
			t.Errorf("while somebody is at a desktop: %v", err)
		}
		r.busy = false
		_, err = r.start()
		r.must(err)
	})
}

func TestAServerThatStopsMarksItsCalibrationInterrupted(t *testing.T) {
	inBubble(t, pretend{}, func(r *room) {
		id, err := r.start()
		r.must(err)
		r.stop()
		r.must(<-r.stopped)
		r.wants(id, study.CalibrationInterrupted, "The server was stopped meanwhile.")
		if _, err := r.start(); !errors.Is(err, study.ErrConflict) {
			t.Errorf("after the stop: %v", err)
		}
		killed, err := r.store.OpenCalibration(r.t.Context(), study.Calibration{Study: r.study, By: "ada", StartedAt: time.Now()})
		r.must(err)
		r.serve()
		r.wants(killed, study.CalibrationInterrupted, "The server was stopped meanwhile.")
	})
}

func TestWhatGoesWrongIsSaid(t *testing.T) {
	for name, test := range map[string]struct {
		fail  error
		cause string
	}{
		"for people": {study.Refuse(study.ErrConflict, "There is no room."), "There is no room."},
		"internally": {errors.New("nil pointer"), "Something went wrong; the server's log says what."},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, pretend{test.fail}, func(r *room) {
				id, err := r.start()
				r.must(err)
				time.Sleep(time.Minute)
				synctest.Wait()
				r.wants(id, study.CalibrationFailed, test.cause)
			})
		})
	}
}

func TestWhatCannotBeMeasuredIsRefused(t *testing.T) {
	inBubble(t, pretend{}, func(r *room) {
		for name, networks := range map[string][]study.NamedNetwork{
			"nothing":        nil,
			"what cannot be": {{Name: "odd", Network: study.Network{Loss: 2}}},
		} {
			r.networks = networks
			if _, err := r.start(); !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestACalibrationClearsTheRoomFirst(t *testing.T) {
	inBubble(t, pretend{}, func(r *room) {
		r.uncleared = errors.New("a machine does not end")
		if _, err := r.start(); !errors.Is(err, r.uncleared) {
			t.Errorf("started beside a machine that does not end: %v", err)
		}
		if _, ok := r.runner.Status(); ok {
			t.Error("it runs")
		}
		r.uncleared = nil
		_, err := r.start()
		r.must(err)
		if r.cleared != 2 {
			t.Errorf("cleared %d times, want 2", r.cleared)
		}
	})
}
