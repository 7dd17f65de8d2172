package studytest

import (
	"strings"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

func testRecordConsent(l *lab) {
	l.wantKind("an unknown session", l.RecordConsent(l.ctx(), 4711, true, Noon), study.ErrNotFound)
	people := l.people(l.published(OneTrial()).Study, false, 3)
	yes, no, quiet := l.begun(people[0]), l.begun(people[1]), l.begun(people[2])
	l.must(l.RecordConsent(l.ctx(), yes.ID, true, Noon))
	l.must(l.RecordConsent(l.ctx(), yes.ID, false, Noon.Add(time.Hour)))
	l.must(l.RecordConsent(l.ctx(), no.ID, false, Noon))
	l.must(l.RecordConsent(l.ctx(), no.ID, true, Noon.Add(time.Hour)))
	l.must(l.RecordVisit(l.ctx(), quiet.ID, study.Step{Kind: study.StepConsent}, Noon))
	for _, tt := range []struct {
		was  study.Session
		want bool
	}{{yes, true}, {no, false}, {quiet, false}} {
		now := l.found(tt.was.ID)
		tt.was.ConsentedAt, tt.was.Recorded = Noon, tt.want
		tt.was.Assignment, tt.was.Trials = now.Assignment, now.Trials
		l.wantEqual("the session after a second consent", now, tt.was)
		if !now.Assignment.TakenAt.Equal(Noon) || len(now.Trials) != 1 {
			l.Errorf("the place was taken at %v, with %d trials; want %v, with 1", now.Assignment.TakenAt, len(now.Trials), Noon)
		}
	}
}

// ended returns a recording of a that has ended for the reason why.
func ended(a study.Attempt, why study.RecordingEnd) study.Recording {
	return study.Recording{
		Attempt: a.ID, BeganAt: Noon, Duration: time.Minute + 1, Segments: 2, Bytes: 1 << 40,
		SHA256: strings.Repeat("0af9", 16), Ended: why,
	}
}

func testRecordings(l *lab) {
	l.wantKind("a recording of an unknown attempt", l.BeginRecording(l.ctx(), 4711, Noon), study.ErrNotFound)
	_, err := l.Recording(l.ctx(), 4711)
	l.wantKind("an unknown recording", err, study.ErrNotFound)
	x := l.visitor(Design())
	second, first := l.opened(x.Trials[2]), l.opened(x.Trials[1])
	l.wantKind("the end of what never began", l.EndRecording(l.ctx(), ended(first, study.DiskFull)), study.ErrNotFound)
	l.must(l.BeginRecording(l.ctx(), second.ID, Noon))
	l.must(l.BeginRecording(l.ctx(), first.ID, Noon))
	l.wantKind("a second recording of an attempt", l.BeginRecording(l.ctx(), first.ID, Noon), study.ErrConflict)
	for _, why := range []study.RecordingEnd{"", "boredom"} {
		l.wantKind("an end for an unknown reason", l.EndRecording(l.ctx(), ended(first, why)), study.ErrInvalid)
	}
	l.must(l.EndRecording(l.ctx(), ended(first, study.DiskFull)))
	l.must(l.EndRecording(l.ctx(), ended(first, study.ServerStopped)))

	want := []study.Recording{ended(first, study.DiskFull), {Attempt: second.ID, BeganAt: Noon}}
	got, err := l.Recordings(l.ctx(), x.ID)
	l.must(err)
	l.wantEqual("recordings of the session, by trial", got, want)
	one, err := l.Recording(l.ctx(), first.ID)
	l.must(err)
	l.wantEqual("the recording", one, want[0])
	all, err := l.AllRecordings(l.ctx())
	l.must(err)
	l.wantEqual("all recordings, by attempt", all, []study.Recording{want[1], want[0]})
	none, err := l.Recordings(l.ctx(), l.visitor(Design()).ID)
	l.must(err)
	l.wantEqual("recordings of another session", none, []study.Recording{})
}

func testDeleteRecording(l *lab) {
	x := l.visitor(Design())
	a := l.opened(x.Trials[1])
	l.wantKind("an unknown recording", l.DeleteRecording(l.ctx(), a.ID, "ada", "", Noon), study.ErrNotFound)
	l.must(l.BeginRecording(l.ctx(), a.ID, Noon))
	l.wantKind("one that is being written", l.DeleteRecording(l.ctx(), a.ID, "ada", "", Noon), study.ErrConflict)
	r := ended(a, study.RecordedWhole)
	l.must(l.EndRecording(l.ctx(), r))
	l.wantKind("by nobody", l.DeleteRecording(l.ctx(), a.ID, "", "", Noon), study.ErrInvalid)
	for _, at := range []time.Duration{time.Hour, 2 * time.Hour} { // the second call must change nothing
		l.must(l.DeleteRecording(l.ctx(), a.ID, "ada", "withdrawn", Noon.Add(at)))
	}
	r.DeletedAt = Noon.Add(time.Hour)
	got, err := l.Recording(l.ctx(), a.ID)
	l.must(err)
	l.wantEqual("the deleted recording", got, r)
}

func testExportRecordings(l *lab) {
	v := l.published(Design())
	pilot, person := l.started(l.people(v.Study, true, 1)[0]), l.started(l.people(v.Study, false, 1)[0])
	var want []analysis.Recording
	for _, x := range []study.Session{person, pilot} {
		t := x.Trials[1]
		l.turned(l.opened(t), study.Failed)
		a := l.opened(t) // the first attempt has no recording, the second has
		l.must(l.BeginRecording(l.ctx(), a.ID, Noon))
		l.must(l.EndRecording(l.ctx(), ended(a, study.TooSlow)))
		want = append(want, analysis.Recording{
			Participant: x.Participant.Code, Session: x.ID, Trial: t.ID, Position: t.Position, Number: 2,
			Condition: t.Condition, Hash: v.Hash, Recording: ended(a, study.TooSlow),
		})
	}
	f := filter(v)
	l.wantEqual("recordings", all(l, l.source.Recordings(l.ctx(), f)), want[:1])
	f.Pilots = true
	l.wantEqual("recordings with pilots", all(l, l.source.Recordings(l.ctx(), f)), want)
}

func testInteractionsOf(l *lab) {
	x := l.visitor(Design())
	a, other := l.opened(x.Trials[1]), l.opened(x.Trials[2])
	for _, some := range []study.Batch{BatchOf(a.ID, 2, inputs(3, 4)), BatchOf(a.ID, 1, inputs(1, 2)), BatchOf(other.ID, 1, inputs(1, 9))} {
		l.must(l.SaveBatch(l.ctx(), some))
	}
	got, err := l.InteractionsOf(l.ctx(), a.ID)
	l.must(err)
	want := append(BatchOf(a.ID, 1, inputs(1, 2)).Interactions, BatchOf(a.ID, 2, inputs(3, 4)).Interactions...)
	l.wantEqual("interactions of the attempt", got, want)
	none, err := l.InteractionsOf(l.ctx(), 4711)
	l.must(err)
	l.wantEqual("interactions of an unknown attempt", none, []study.Interaction{})
}
