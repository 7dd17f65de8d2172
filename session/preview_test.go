package session_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

// previewed is what a preview of the smallest study asks for.
func previewed() session.Request {
	d := studytest.OneTrial()
	return session.Request{Name: "preview", Appliance: d.Appliance, Condition: d.Conditions()[0]}
}

func (v *visit) preview(who study.ExperimenterID) *session.Preview {
	v.t.Helper()
	p, err := v.conductor.Preview(v.t.Context(), who, previewed(), 2*time.Minute)
	if err != nil {
		v.t.Fatal(err)
	}
	return p
}

// A preview's desktop runs as that of a trial, and ends as one; and the store knows nothing of it.
func TestADesktopOfAPreviewRunsAsInATrialAndLeavesNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		end     func(v *visit, p *session.Preview, d *pretendDesktop)
		outcome study.Outcome
		why     string // part of the sentence
	}{
		"the task is completed":     {func(_ *visit, _ *session.Preview, d *pretendDesktop) { close(d.completed) }, study.Completed, ""},
		"the time of the task":      {func(*visit, *session.Preview, *pretendDesktop) { time.Sleep(2 * time.Minute) }, study.TimeUp, ""},
		"the page is left":          {func(_ *visit, p *session.Preview, _ *pretendDesktop) { p.End() }, "", "was left"},
		"the machine is lost":       {func(_ *visit, _ *session.Preview, d *pretendDesktop) { close(d.lost) }, "", "stopped"},
		"a participant begins":      {func(v *visit, _ *session.Preview, _ *pretendDesktop) { v.start() }, "", "takes part"},
		"the server stops":          {func(v *visit, _ *session.Preview, _ *pretendDesktop) { v.stop() }, "", "server stopped"},
		"another page is opened":    {func(v *visit, _ *session.Preview, _ *pretendDesktop) { v.preview(1) }, "", "another preview"},
		"another's does not end it": {func(v *visit, p *session.Preview, _ *pretendDesktop) { v.preview(2); p.End() }, "", "was left"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVisit(t)
				p := v.preview(1)
				d := <-v.opener.opened
				if !v.opener.asked.Unkept {
					t.Error("the desktop is asked for as one of which something is kept")
				}
				synctest.Wait()
				if now, _ := p.Status(); !now.Ready {
					t.Fatalf("the status is %+v, want a desktop that is ready", now)
				}
				p.Seen()
				synctest.Wait()
				if now, _ := p.Status(); now.State != study.Running || now.Deadline.Sub(d.seen) != 2*time.Minute {
					t.Errorf("the status is %+v, and the desktop was seen at %v", now, d.seen)
				}
				tt.end(v, p, d)
				<-p.Done()
				<-d.closed
				outcome, why := p.Ended()
				if outcome != tt.outcome || !strings.Contains(study.Sentence(why), tt.why) || (tt.why == "") != (why == nil) {
					t.Errorf("it ended as %q because %v, want %q and “%s”", outcome, why, tt.outcome, tt.why)
				}
				s, err := v.store.Session(context.Background(), v.id)
				if err != nil {
					t.Fatal(err)
				}
				if began := name == "a participant begins"; (len(s.Trials[0].Attempts) > 0) != began {
					t.Errorf("%d attempts are on record", len(s.Trials[0].Attempts))
				}
				if events, err := v.store.Events(context.Background(), v.id); err != nil || len(events) > 0 && name != "a participant begins" {
					t.Errorf("%d events are on record, %v", len(events), err)
				}
			})
		})
	}
}

// A machine that is to move does so in a preview, too.
func TestAMachineMovesInAPreviewAsInATrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		r := previewed()
		r.Condition.Access = study.Access{Method: study.VNC, Moves: study.Enlightened, MovesAt: 30 * time.Second, MovesRate: study.UsualMoveRate}
		p, err := v.conductor.Preview(t.Context(), 1, r, 2*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		d := <-v.opener.opened
		synctest.Wait()
		p.Seen()
		time.Sleep(time.Minute) // of the clock of this test: longer than until the machine moves
		synctest.Wait()
		if v.moved.Sub(d.seen) != 30*time.Second {
			t.Errorf("it moved %v after it was seen, want 30 s", v.moved.Sub(d.seen))
		}
		p.End()
		<-p.Done()
	})
}

// What needs a quiet machine may begin between the moment when a preview is admitted and that in which it counts as open.
func TestAPreviewAsksTwiceWhetherAnythingMustBeQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		v.clear = func() error {
			v.spare = study.Refuse(study.ErrConflict, "Networks are being calibrated.")
			return nil
		}
		_, err := v.conductor.Preview(t.Context(), 1, previewed(), time.Minute)
		if !errors.Is(err, study.ErrConflict) || v.conductor.Previewing() {
			t.Errorf("the preview opens: %v", err)
		}
	})
}

// A desktop that nobody leaves ends by itself, also where the time of the task would go on.
func TestADesktopOfAPreviewStaysForSomeMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t)
		p, err := v.conductor.Preview(t.Context(), 1, previewed(), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		<-v.opener.opened
		synctest.Wait()
		p.Seen()
		began := time.Now()
		<-p.Done()
		if _, why := p.Ended(); !strings.Contains(study.Sentence(why), "15 minutes") || time.Since(began) != 15*time.Minute {
			t.Errorf("after %v it ended because %v", time.Since(began), why)
		}
		if v.conductor.Previewing() {
			t.Error("a preview is open all the same")
		}
	})
}

func TestAPreviewIsRefusedInWords(t *testing.T) {
	full := study.Refuse(study.ErrConflict, "All machines are taken.")
	for name, tt := range map[string]struct {
		prepare func(v *visit)
		say     string
	}{
		"where machines cannot run":      {func(v *visit) { v.opener.refuse = full }, "All machines are taken"},
		"while somebody is at a desktop": {func(v *visit) { v.start() }, "takes part"},
		"when the server stops":          {func(v *visit) { v.stop(); <-v.stopped }, "about to stop"},
		"while something must be quiet":  {func(v *visit) { v.spare = full }, "All machines are taken"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVisit(t)
				tt.prepare(v)
				_, err := v.conductor.Preview(t.Context(), 1, previewed(), time.Minute)
				if !errors.Is(err, study.ErrConflict) || !strings.Contains(study.Sentence(err), tt.say) {
					t.Errorf("it is refused with %v, want “%s”", err, tt.say)
				}
				if v.conductor.Previewing() {
					t.Error("a preview is open all the same")
				}
			})
		})
	}
}
