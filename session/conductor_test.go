package session_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

// pretend opens desktops that do what a test tells them.
type pretend struct {
	refuse error // of Admit
	fail   error // of Open
	takes  time.Duration
	opened chan *pretendDesktop
	asked  session.Request // of the last Open
}

func (p *pretend) Admit(context.Context, session.Request) error { return p.refuse }

func (p *pretend) Open(ctx context.Context, r session.Request, tell func(session.Progress)) (session.Desktop, error) {
	p.asked = r
	tell(session.Progress{Stage: "Loading the desktop", Done: 1, Total: 2})
	select {
	case <-time.After(p.takes):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if p.fail != nil {
		return nil, p.fail
	}
	d := &pretendDesktop{
		completed: make(chan struct{}), lost: make(chan struct{}), closed: make(chan struct{}),
		report: session.Report{Measured: study.RoundTrips{Count: 20, Median: 121 * time.Millisecond}},
	}
	p.opened <- d
	return d, nil
}

type pretendDesktop struct {
	completed, lost, closed chan struct{}
	report                  session.Report
	observe                 func(tap.Event) // from the last call of DialRFB
	seen                    time.Time
	blind                   error // result of Seen
}

func (d *pretendDesktop) DialRFB(_ context.Context, observe func(tap.Event)) (net.Conn, error) {
	d.observe = observe
	near, far := net.Pipe()
	return near, far.Close()
}
func (d *pretendDesktop) Seen() error { d.seen = time.Now(); return d.blind }

func (d *pretendDesktop) DialView(context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	return near, far.Close()
}

func (d *pretendDesktop) Completed() <-chan struct{}  { return d.completed }
func (d *pretendDesktop) Lost() <-chan struct{}       { return d.lost }
func (d *pretendDesktop) Report() session.Report      { return d.report }
func (d *pretendDesktop) Close(context.Context) error { close(d.closed); return nil }

// visit is a session of the smallest study, at its only trial, with a conductor that runs.
type visit struct {
	t         *testing.T
	store     *studytest.Store
	opener    *pretend
	conductor *session.Conductor
	id        study.SessionID
	stop      context.CancelFunc
	stopped   chan struct{}
	clear     func() error // may be nil
	spare     error        // why no preview can have a desktop
	moved     time.Time    // when a machine moved
}

func newVisit(t *testing.T) *visit {
	t.Helper()
	v := &visit{t: t, store: studytest.NewStore(), opener: &pretend{opened: make(chan *pretendDesktop, 8)}}
	v.id = begunSession(t, v.store)
	v.conductor = session.New(session.Config{Store: v.store, Opener: v.opener, Spare: func() error { return v.spare }, Move: func(context.Context, session.Desktop, study.Network) error {
		v.moved = time.Now()
		return nil
	}, Clear: func(context.Context) error {
		if v.clear == nil {
			return nil
		}
		return v.clear()
	}})
	ctx, stop := context.WithCancel(t.Context())
	v.stop, v.stopped = stop, make(chan struct{})
	ready := make(chan struct{})
	go func() {
		defer close(v.stopped)
		if err := v.conductor.Run(ctx, ready); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	<-ready
	t.Cleanup(func() { stop(); <-v.stopped })
	return v
}

// published are the rehearsals that the version names.
var published = []study.TraceFile{{Name: "rehearsal-look.trace", SHA256: "7ace"}}

// begunSession lays out the smallest study and brings a participant to its trial.
func begunSession(t *testing.T, store *studytest.Store) study.SessionID {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	must(store.SetPassword(ctx, "ada", "hash"))
	ada, _, err := store.Experimenter(ctx, "ada")
	must(err)
	design := studytest.OneTrial()
	id, err := store.CreateStudy(ctx, ada.ID, design, now)
	must(err)
	frozen := design
	frozen.Guests = []study.Guest{{Appliance: design.Appliance, Content: "c0ffee", Traces: published}}
	_, err = store.PublishDraft(ctx, id, document.Hash(design), frozen, ada.ID, now)
	must(err)
	people, err := store.AddParticipants(ctx, id, false, []string{"link"}, now)
	must(err)
	visit, err := store.StartSession(ctx, people[0].ID, now)
	must(err)
	must(store.RecordVisit(ctx, visit, study.Step{Kind: study.StepConsent}, now))
	return visit
}

// start presses Start and waits until the desktop is ready.
func (v *visit) start() *pretendDesktop {
	v.t.Helper()
	if err := v.conductor.Start(v.t.Context(), v.id); err != nil {
		v.t.Fatalf("Start: %v", err)
	}
	d := <-v.opener.opened
	synctest.Wait()
	if s, _ := v.conductor.Status(v.id); !s.Ready {
		v.t.Fatalf("status after opening is %+v, want ready", s)
	}
	return d
}

// see reports the first picture.
func (v *visit) see() {
	v.t.Helper()
	v.seeLate(false)
}

// seeLate reports the first picture; unseen says that the page was out of sight before.
func (v *visit) seeLate(unseen bool) {
	v.t.Helper()
	if err := v.conductor.FirstPicture(v.t.Context(), v.id, unseen); err != nil {
		v.t.Fatalf("FirstPicture: %v", err)
	}
	synctest.Wait()
}

// last waits until every goroutine is blocked and returns the newest attempt on record.
func (v *visit) last() study.Attempt {
	v.t.Helper()
	synctest.Wait()
	s, err := v.store.Session(v.t.Context(), v.id)
	if err != nil {
		v.t.Fatal(err)
	}
	return s.Trials[0].Last()
}

func TestADesktopIsStreamedByTheRehearsalsOfTheVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		v.start()
		if diff := cmp.Diff(published, v.opener.asked.Traces); diff != "" {
			t.Errorf("the rehearsals that were asked for (-want +got):\n%s", diff)
		}
	})
}

func TestAnAttemptEndsAsItHappened(t *testing.T) {
	lost := func(d *pretendDesktop) { close(d.lost) }
	tests := map[string]struct {
		happens func(v *visit, d *pretendDesktop)
		state   study.AttemptState
		outcome study.Outcome
		took    time.Duration // time on task
	}{
		"the appliance sees the task complete": {
			func(_ *visit, d *pretendDesktop) { <-time.After(20 * time.Second); close(d.completed) },
			study.Finished, study.Completed, 20 * time.Second,
		},
		"the participant says done": {
			func(v *visit, _ *pretendDesktop) { v.finish(study.SaidDone) }, study.Finished, study.SaidDone, 0,
		},
		"the participant gives up": {
			func(v *visit, _ *pretendDesktop) { <-time.After(time.Second); v.finish(study.GaveUp) },
			study.Finished, study.GaveUp, time.Second,
		},
		"time is up": {
			func(*visit, *pretendDesktop) { <-time.After(2 * time.Minute) }, study.Finished, study.TimeUp, time.Minute,
		},
		"the machine dies": {func(_ *visit, d *pretendDesktop) { lost(d) }, study.Failed, "", 0},
		"the screen makes no sense": {
			func(v *visit, d *pretendDesktop) {
				_, _ = v.conductor.DialScreen(v.t.Context(), v.id, func(tap.Event) {})
				d.observe(tap.Lost{Reason: fmt.Errorf("reading: %w", &wire.Breach{}), Machine: true})
			}, study.Failed, "", 0,
		},
		"the viewer makes no sense, and then says done": {
			func(v *visit, d *pretendDesktop) {
				_, _ = v.conductor.DialScreen(v.t.Context(), v.id, func(tap.Event) {})
				d.observe(tap.Lost{Reason: &wire.Breach{}})
				synctest.Wait()
				v.finish(study.SaidDone)
			}, study.Finished, study.SaidDone, 0,
		},
		"the screen speaks of what we do not know, and then time is up": {
			func(v *visit, d *pretendDesktop) {
				_, _ = v.conductor.DialScreen(v.t.Context(), v.id, func(tap.Event) {})
				d.observe(tap.Lost{Reason: errors.New("unknown encoding")})
				<-time.After(2 * time.Minute)
			}, study.Finished, study.TimeUp, time.Minute,
		},
		"the server stops": {func(v *visit, _ *pretendDesktop) { v.stop(); <-v.stopped }, study.Interrupted, "", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVisit(t)
				d := v.start()
				v.see()
				tt.happens(v, d)

				a := v.last()
				if a.State != tt.state || a.Outcome != tt.outcome || a.TimeOnTask() != tt.took {
					t.Errorf("attempt is %s, %q after %v; want %s, %q after %v",
						a.State, a.Outcome, a.TimeOnTask(), tt.state, tt.outcome, tt.took)
				}
				if a.Measured.Median != 121*time.Millisecond {
					t.Errorf("measured round trip on record is %v, want the desktop's 121ms", a.Measured.Median)
				}
				select {
				case <-d.closed:
				default:
					t.Error("the desktop was not closed")
				}
				if s, _ := v.conductor.Status(v.id); s != (session.Status{}) {
					t.Errorf("status after the end is %+v, want none", s)
				}
			})
		})
	}
}

func (v *visit) finish(o study.Outcome) {
	if err := v.conductor.Finish(v.t.Context(), v.id, o); err != nil {
		v.t.Errorf("Finish: %v", err)
	}
}

func TestWhatHappenedToTheDesktopIsOnRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		d := v.start()
		v.see()
		d.report.Events = []study.Event{{Kind: study.MachinePaused, At: time.Now(), Detail: "why"}}
		v.finish(study.SaidDone)
		a := v.last()
		got, err := v.store.Events(t.Context(), v.id)
		if err != nil || len(got) != 1 || got[0].Kind != study.MachinePaused || got[0].Attempt != a.ID || got[0].Detail != "why" {
			t.Errorf("events on record are %+v, %v; want the pause of attempt %d", got, err, a.ID)
		}
	})
}

func TestTheClockBeginsWithTheFirstPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		v.opener.takes = 7 * time.Second
		d := v.start()
		<-time.After(30 * time.Second) // the browser is slow
		v.see()
		if s, _ := v.conductor.Status(v.id); time.Until(s.Deadline) != time.Minute {
			t.Errorf("%v are left after the first picture, want the whole minute", time.Until(s.Deadline))
		}
		<-time.After(time.Minute)
		if a := v.last(); a.FirstPicture() != 37*time.Second {
			t.Errorf("first picture after %v, want 37s", a.FirstPicture())
		}
		if a := v.last(); !d.seen.Equal(a.StartedAt) {
			t.Errorf("the desktop was told at %v, want the start of the clock, %v", d.seen, a.StartedAt)
		}
	})
}

func TestHowLongAPictureTookIsNotKnownOfAPageOutOfSight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		d := v.start()
		<-time.After(2 * time.Minute) // the participant looks at another tab
		v.seeLate(true)
		v.see() // pages repeat the report until the server acknowledges it
		close(d.completed)
		if a := v.last(); a.FirstPicture() != 0 || !a.Desktop.Unseen {
			t.Errorf("first picture after %v, unseen %t, want that it is not known", a.FirstPicture(), a.Desktop.Unseen)
		}
		if a := v.last(); a.StartedAt.Sub(a.AskedAt) < 2*time.Minute {
			t.Errorf("the task began %v after Start, want when it was seen", a.StartedAt.Sub(a.AskedAt))
		}
	})
}

func TestASecondPressOfStartIsNoSecondAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		d := v.start()
		if err := v.conductor.Start(t.Context(), v.id); err != nil {
			t.Errorf("second Start: %v", err)
		}
		v.see()
		close(d.completed)
		if a := v.last(); a.Number != 1 {
			t.Errorf("there are %d attempts, want 1", a.Number)
		}
	})
}

func TestADesktopThatCannotBeOpenedIsOfferedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		v.opener.fail = study.Refuse(study.ErrConflict, "No more memory.")
		if err := v.conductor.Start(t.Context(), v.id); err != nil {
			t.Fatalf("Start: %v", err)
		}
		if a := v.last(); a.State != study.Failed || a.Cause != "No more memory." {
			t.Errorf("attempt is %s because %q, want failed with the refusal's sentence", a.State, a.Cause)
		}

		v.opener.fail = nil
		d := v.start()
		v.see()
		close(d.completed)
		if a := v.last(); a.Number != 2 || a.State != study.Finished {
			t.Errorf("attempt %d is %s, want the second to finish", a.Number, a.State)
		}
	})
}

func TestWhatIsRefusedLeavesNoRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		v.opener.refuse = study.Refuse(study.ErrConflict, "All machines are in use.")
		if err := v.conductor.Start(t.Context(), v.id); !errors.Is(err, study.ErrConflict) {
			t.Errorf("Start = %v, want a conflict", err)
		}
		if a := v.last(); a.Number != 0 {
			t.Errorf("there is an attempt: %+v", a)
		}
	})
}

func TestAttemptsOfAServerThatDiedAreInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := studytest.NewStore()
		id := begunSession(t, store)
		s, err := store.Session(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.OpenAttempt(t.Context(), study.Attempt{
			Trial: s.Trials[0].ID, State: study.Preparing, AskedAt: time.Now(),
		}); err != nil {
			t.Fatal(err)
		}

		ctx, stop := context.WithCancel(t.Context())
		ready, done := make(chan struct{}), make(chan error, 1)
		go func() { done <- session.New(session.Config{Store: store}).Run(ctx, ready) }()
		<-ready
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		s, err = store.Session(t.Context(), id)
		if err != nil || s.Trials[0].Last().State != study.Interrupted || s.Step().Kind != study.StepBrief {
			t.Errorf("attempt is %s and the step %s, want interrupted and offered again (%v)",
				s.Trials[0].Last().State, s.Step().Kind, err)
		}
	})
}

// A calibration asks whether an attempt is in flight before it begins. So Start registers the attempt first and
// then calls Clear.
func TestAnAttemptIsInFlightBeforeTheWayIsCleared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		inFlight := -1
		v.clear = func() error { inFlight = len(v.conductor.Live()); return nil }
		v.start()
		if inFlight != 1 {
			t.Errorf("%d attempts were in flight, want 1", inFlight)
		}
	})
}

func TestAnAttemptThatFindsNoWayMayBeTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		v.clear = func() error { return context.DeadlineExceeded }
		if err := v.conductor.Start(t.Context(), v.id); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Start: %v", err)
		}
		v.clear = nil
		v.start()
	})
}
