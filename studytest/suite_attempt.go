package studytest

import (
	"sync"
	"time"

	"vmstudy/study"
)

// measured returns a with a value in every field for measurements.
func measured(a study.Attempt) study.Attempt {
	a.Set = study.Network{
		Down: 7_200_000, Up: 1_000_000, RTT: 120*time.Millisecond + 1, Jitter: 5 * time.Millisecond, Loss: 0.1, Queue: 7,
		TraceDown: "lte", TraceUp: "cafe", Overhead: 38, Shape: study.Normal, Overtake: true, Burst: 2.5, Duplicate: 0.01, Reorder: 0.02,
		QueueBytes: 90_000, Discipline: study.CoDel, Congestion: study.Reno, Outage: true, Schedule: study.Schedule{Repeat: time.Minute, Phases: []study.Phase{
			{From: 1, For: 2, Outage: true}, {From: 3, For: 4, Down: 5, Up: 6, RTT: 7, Jitter: 8, Loss: 0.9},
		}},
	}
	a.Seed = 1<<64 - 1
	a.Measured = study.RoundTrips{Count: 20, Min: 120, Median: 121, P95: 123}
	a.Link = study.LinkReport{BytesDown: 1, BytesUp: 2, PacketsDown: 3, PacketsUp: 4, DropsDown: 5, DropsUp: 6, CausesDown: study.Drops{Lost: 1, Full: 2, Managed: 3, Cut: 4}, CausesUp: study.Drops{Full: 5}, Way: study.KernelWay}
	a.Desktop = study.DesktopReport{
		Accelerator: "tcg", QEMU: "7.2.22", Display: "dbus", Appliance: "sha256:abc", BytesMoved: 1 << 40,
		Pages: 2, Misses: 3, Waited: 4, Ready: 5, Loaded: 6,
		Strategy: study.ClusterStrategy, Accessed: 7, Missed: 8, Longest: 9, Pauses: 10, Paused: 11,
		Unseen: true, Warm: true, Kept: 12, Restored: 13, Saved: 14,
		InputsBrought: 15, InputsDelivered: 16, InputsPassed: 17, InputsLost: 18, InputsForeign: 22, InputsDelayed: 19, InputDelay: 20, LongestDelay: 21,
	}
	return a
}

func testStrategy(l *lab) {
	d := Design()
	d.Methods = study.StreamedBy(study.PlainLevels(study.Stream, study.VNC), []study.Strategy{study.NoStrategy, study.ClusterStrategy}, false)
	x := l.visitor(d)
	var got []study.Condition
	for _, t := range l.found(x.ID).Trials[1:] {
		got = append(got, t.Condition)
	}
	l.wantEqual("the conditions of a session", got, d.Plan(x.Assignment.Place.Sequence))
}

func testAttempt(l *lab) {
	x := l.visitor(Design())
	_, err := l.OpenAttempt(l.ctx(), study.Attempt{Trial: 4711, AskedAt: Noon})
	l.wantKind("an attempt at an unknown trial", err, study.ErrNotFound)
	l.wantKind("an unknown attempt", l.RecordAttempt(l.ctx(), study.Attempt{ID: 4711, State: study.Running}, Noon, 0), study.ErrNotFound)
	check := func(what string, want study.Attempt) {
		l.Helper()
		l.wantEqual(what, l.found(x.ID).Trials[1].Attempts, []study.Attempt{want})
	}

	a := l.opened(x.Trials[1])
	check("the attempt as opened", study.Attempt{ID: a.ID, Trial: x.Trials[1].ID, Number: 1, State: study.Preparing, AskedAt: Noon})
	a = measured(a)
	l.must(l.RecordAttempt(l.ctx(), a, Noon, 0))
	check("the attempt as measured", a)
	a.StartedAt = Noon.Add(time.Second)
	a = l.turned(a, study.Running)
	check("the attempt as it runs", a)
	a.EndedAt = Noon.Add(time.Minute)
	a.Link.BytesDown++
	a = l.turned(a, study.Finished)
	check("the finished attempt", a)

	a.Link.BytesDown++
	later := a
	later.Outcome, later.EndedAt = study.GaveUp, Noon.Add(time.Hour)
	l.must(l.RecordAttempt(l.ctx(), later, Noon, time.Hour))
	check("the finished attempt with its last counts, its outcome as first recorded", a)
}

func testOneAttempt(l *lab) {
	x := l.visitor(Design())
	trial := x.Trials[1]
	refused := func(what string) {
		l.Helper()
		_, err := l.OpenAttempt(l.ctx(), study.Attempt{Trial: trial.ID, AskedAt: Noon})
		l.wantKind(what, err, study.ErrConflict)
	}
	first := l.opened(trial)
	refused("an attempt beside one that is prepared")
	first = l.turned(first, study.Running)
	refused("an attempt beside one that runs")
	first.Cause = "the machine failed"
	l.turned(first, study.Failed)
	second := l.turned(l.opened(trial), study.Running)
	if second.Number != 2 {
		l.Errorf("the attempt after a failed one has number %d, want 2", second.Number)
	}
	l.turned(second, study.Finished)
	refused("an attempt after one that has finished")

	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { _, errs[i] = l.OpenAttempt(l.ctx(), study.Attempt{Trial: x.Trials[2].ID, AskedAt: Noon}) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		l.wantKind("one of eight at the same time", err, study.ErrConflict)
	}
	if won != 1 {
		l.Errorf("of eight attempts at the same time %d were opened, want 1", won)
	}
}

func testTransitions(l *lab) {
	states := []study.AttemptState{study.Preparing, study.Running, study.Finished, study.Interrupted, study.Failed}
	ways := [][]study.AttemptState{
		{}, {study.Running}, {study.Running, study.Finished}, {study.Interrupted}, {study.Running, study.Failed},
	}
	for _, way := range ways {
		for _, next := range states {
			a := l.opened(l.visitor(OneTrial()).Trials[0])
			for _, state := range way {
				a = l.turned(a, state)
			}
			was := a.State
			a.State, a.Outcome = next, ""
			if next == study.Finished {
				a.Outcome = study.SaidDone
			}
			err := l.RecordAttempt(l.ctx(), a, Noon, time.Second)
			switch {
			case was == next || was.MayBecome(next):
				l.must(err)
			default:
				l.wantKind(string(was)+" to "+string(next), err, study.ErrConflict)
			}
		}
	}
	a := l.turned(l.opened(l.visitor(OneTrial()).Trials[0]), study.Running)
	a.State = study.Finished
	l.wantKind("finished without an outcome", l.RecordAttempt(l.ctx(), a, Noon, 0), study.ErrInvalid)
	a.State, a.Outcome = study.Failed, study.Completed
	l.wantKind("failed with an outcome", l.RecordAttempt(l.ctx(), a, Noon, 0), study.ErrInvalid)
}

func testInterrupt(l *lab) {
	x := l.visitor(Design())
	preparing := l.opened(x.Trials[0])
	running := l.turned(l.opened(x.Trials[1]), study.Running)
	finished := l.turned(l.turned(l.opened(x.Trials[2]), study.Running), study.Finished)
	n, err := l.InterruptAttempts(l.ctx(), Noon.Add(time.Hour), "the server stopped")
	l.must(err)
	if n != 2 {
		l.Errorf("interrupted %d attempts, want 2", n)
	}
	preparing.State, preparing.Cause = study.Interrupted, "the server stopped"
	running.State, running.Cause = study.Interrupted, "the server stopped"
	for i, want := range []study.Attempt{preparing, running, finished} {
		l.wantEqual("the attempt after the restart", l.found(x.ID).Trials[i].Last(), want)
	}
	if n, err = l.InterruptAttempts(l.ctx(), Noon, "again"); err != nil || n != 0 {
		l.Errorf("interrupted %d more attempts (error %v), want none", n, err)
	}
	if again := l.opened(x.Trials[1]); again.Number != 2 {
		l.Errorf("the attempt after the interruption has number %d, want 2", again.Number)
	}
}
