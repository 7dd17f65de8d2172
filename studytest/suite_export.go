package studytest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/study"
)

func filter(v study.Version) analysis.Filter { return analysis.Filter{Study: v.Study} }

// all returns the elements of a sequence.
func all[T any](l *lab, rows iter.Seq2[T, error]) []T {
	l.Helper()
	var list []T
	for x, err := range rows {
		l.must(err)
		list = append(list, x)
	}
	return list
}

func testExport(l *lab) {
	v := l.published(Design())
	people := l.people(v.Study, false, 3) // the last one never starts a session
	later := l.started(people[1])
	first := l.started(people[0])
	other := l.visitor(Design())
	for _, x := range []study.Session{later, first, other} {
		conductTwo(l, x)
	}
	first, later = l.found(first.ID), l.found(later.ID)
	people[2].Link = ""

	l.wantEqual("sessions", all(l, l.source.Sessions(l.ctx(), filter(v))), []study.Session{first, later})
	l.wantEqual("participants", all(l, l.source.Participants(l.ctx(), filter(v))),
		[]study.Participant{first.Participant, later.Participant, people[2]})
	var responses []analysis.Response
	var interactions []analysis.Interaction
	for _, x := range []study.Session{first, later} {
		r := analysis.Response{Participant: x.Participant.Code, Session: x.ID, Hash: v.Hash, Instrument: "about", Edition: 1, Occasion: study.AtBeginning, Item: "age", Value: "44", At: Noon}
		responses = append(responses, r)
		r.Instrument, r.Occasion = "tlx", study.AfterTrial
		for _, t := range x.Trials[1:3] {
			r.Trial, r.Position, r.Condition = t.ID, t.Position, t.Condition
			for _, item := range []string{"z", "a"} {
				r.Item, r.Value = item, "5"
				responses = append(responses, r)
			}
			for _, a := range t.Attempts {
				for _, i := range inputs(1, 3) {
					interactions = append(interactions, analysis.Interaction{
						Participant: x.Participant.Code, Session: x.ID, Trial: t.ID, Position: t.Position,
						Attempt: a.Number, Condition: t.Condition, Hash: v.Hash, Interaction: inBatch(i, a.Number, t.Position),
					})
				}
			}
		}
	}
	l.wantEqual("responses", all(l, l.source.Responses(l.ctx(), filter(v))), responses)
	l.wantEqual("interactions", all(l, l.source.Interactions(l.ctx(), filter(v))), interactions)
	wantSameInExport(l, v, []study.Session{first, later})
	published, err := l.source.Versions(l.ctx(), filter(v))
	l.must(err)
	if len(published) != 1 || published[0].Visits != 2 {
		l.Fatalf("%d versions %+v, want one with 2 visits", len(published), published)
	}
	l.wantEqual("the version", published[0].Version, v)
}

// inBatch returns i with the page and batch under which conductTwo stores it. The interactions of
// the failed attempt are in batch 1; of the other attempts, the third interaction is in batch 1,
// the others in batch 2.
func inBatch(i study.Interaction, attempt, position int) study.Interaction {
	i.Page, i.Batch = 1, 2
	if i.Number == 3 || position == 2 && attempt == 1 {
		i.Batch = 1
	}
	return i
}

// wantSameInExport checks that the export has the same receipts and events as the sessions have.
func wantSameInExport(l *lab, v study.Version, sessions []study.Session) {
	l.Helper()
	var receipts []study.Receipt
	var events []study.Event
	for _, x := range sessions {
		r, err := l.Receipts(l.ctx(), x.ID)
		l.must(err)
		e, err := l.Events(l.ctx(), x.ID)
		l.must(err)
		receipts, events = append(receipts, r...), append(events, e...)
	}
	l.wantEqual("receipts", all(l, l.source.Receipts(l.ctx(), filter(v))), receipts)
	l.wantEqual("events", all(l, l.source.Events(l.ctx(), filter(v))), events)
	if len(receipts) != 10 || len(events) != 2 {
		l.Errorf("two sessions have %d receipts and %d events, want 10 and 2", len(receipts), len(events))
	}
}

// conductTwo conducts the trials at positions 1 and 2 of a session, in reverse order. The one at
// position 2 has a failed attempt first.
func conductTwo(l *lab, x study.Session) {
	l.Helper()
	rating := study.Rating{Instrument: "tlx", At: Noon, Answers: []study.Answer{{Item: "z", Value: "5"}, {Item: "a", Value: "5"}}}
	for _, t := range []study.Trial{x.Trials[2], x.Trials[1]} {
		if t.Position == 2 {
			failed := l.turned(l.opened(t), study.Failed)
			l.must(l.SaveBatch(l.ctx(), BatchOf(failed.ID, 1, inputs(1, 3))))
		}
		a := l.turned(l.turned(l.opened(t), study.Running), study.Finished)
		l.must(l.SaveBatch(l.ctx(), BatchOf(a.ID, 1, inputs(3, 3))))
		l.must(l.SaveBatch(l.ctx(), BatchOf(a.ID, 2, inputs(1, 2))))
		l.must(l.RecordRating(l.ctx(), x.ID, t.ID, rating))
	}
	about := study.Rating{Instrument: "about", At: Noon, Answers: []study.Answer{{Item: "age", Value: "44"}}}
	l.must(l.RecordRating(l.ctx(), x.ID, 0, about))
	l.must(l.RecordEvent(l.ctx(), study.Event{Session: x.ID, Kind: study.PageJoined, At: Noon, Page: 1}))
}

// testConditionsExported records, in every condition of a design with strategies, everything that
// is exported about a trial. Each exported row must name the same condition as the session.
func testConditionsExported(l *lab) {
	d := Design()
	d.Methods = study.StreamedBy(study.PlainLevels(study.AccessMethods()...), study.Strategies(), false)
	d.Methods = append(d.Methods, study.Access{Name: "stream kept", Method: study.Stream, Warm: true})
	x := l.visitor(d)
	want := map[study.TrialID]study.Condition{}
	for _, t := range x.Trials {
		want[t.ID] = t.Condition
		a := l.opened(t)
		l.must(l.BeginRecording(l.ctx(), a.ID, Noon))
		l.must(l.RecordTraffic(l.ctx(), a.ID, traffic()[:1]))
		l.must(l.SaveBatch(l.ctx(), BatchOf(a.ID, 1, inputs(1, 1))))
		rating := study.Rating{Instrument: "tlx", At: Noon, Answers: []study.Answer{{Item: "effort", Value: "5"}}}
		l.must(l.RecordRating(l.ctx(), x.ID, t.ID, rating))
	}
	f := filter(x.Version)
	got := map[string]map[study.TrialID]study.Condition{"sessions": {}, "responses": {}, "interactions": {}, "traffic": {}, "recordings": {}}
	for _, x := range all(l, l.source.Sessions(l.ctx(), f)) {
		for _, t := range x.Trials {
			got["sessions"][t.ID] = t.Condition
		}
	}
	for _, r := range all(l, l.source.Responses(l.ctx(), f)) {
		got["responses"][r.Trial] = r.Condition
	}
	for _, r := range all(l, l.source.Interactions(l.ctx(), f)) {
		got["interactions"][r.Trial] = r.Condition
	}
	for _, r := range all(l, l.source.Traffic(l.ctx(), f)) {
		got["traffic"][r.Trial] = r.Condition
	}
	for _, r := range all(l, l.source.Recordings(l.ctx(), f)) {
		got["recordings"][r.Trial] = r.Condition
	}
	for what, conditions := range got {
		l.wantEqual("conditions of "+what, conditions, want)
	}
}

func testExportPilots(l *lab) {
	v := l.published(Design())
	pilot := l.started(l.people(v.Study, true, 1)[0])
	person := l.started(l.people(v.Study, false, 1)[0])
	conductTwo(l, pilot)
	conductTwo(l, person)
	for _, f := range []analysis.Filter{{Study: v.Study}, {Study: v.Study, Pilots: true}} {
		times := 1 // the number of exported rows for each participant
		if f.Pilots {
			times = 2
		}
		got := []int{
			len(all(l, l.source.Participants(l.ctx(), f))), len(all(l, l.source.Sessions(l.ctx(), f))),
			len(all(l, l.source.Responses(l.ctx(), f))), len(all(l, l.source.Interactions(l.ctx(), f))),
		}
		l.wantEqual("rows of each kind", got, []int{times, times, 5 * times, 9 * times})
	}
	for range l.source.Interactions(l.ctx(), filter(v)) {
		break // the store must still answer after a caller stopped reading
	}
	l.found(person.ID)

	gone, cancel := context.WithTimeout(l.ctx(), -time.Second)
	defer cancel()
	last := error(nil)
	for _, err := range l.source.Sessions(gone, filter(v)) {
		last = err
	}
	l.wantKind("an export that was cancelled", last, context.DeadlineExceeded)
}

// testSnapshot writes something for each sequence while a snapshot is read. Nothing of it may be seen, by sequences that begin afterwards neither.
func testSnapshot(l *lab) {
	v := l.published(Design())
	people := l.people(v.Study, false, 2)
	first := l.started(people[0])
	conductTwo(l, first)
	seen := func(src analysis.Source) map[string]int {
		f := filter(v)
		return map[string]int{
			"participants": len(all(l, src.Participants(l.ctx(), f))), "sessions": len(all(l, src.Sessions(l.ctx(), f))),
			"responses": len(all(l, src.Responses(l.ctx(), f))), "interactions": len(all(l, src.Interactions(l.ctx(), f))),
			"receipts": len(all(l, src.Receipts(l.ctx(), f))), "events": len(all(l, src.Events(l.ctx(), f))),
		}
	}
	before := seen(l.source)
	l.must(l.source.Snapshot(l.ctx(), func(src analysis.Source) error {
		participants := len(all(l, src.Participants(l.ctx(), filter(v)))) // a snapshot may be taken only now
		conductTwo(l, l.started(people[1]))
		l.people(v.Study, false, 1)
		l.wantEqual("rows of the snapshot", seen(src), before)
		l.wantEqual("participants before and after", participants, before["participants"])
		return src.Snapshot(l.ctx(), func(inner analysis.Source) error { // one within it is the same
			l.wantEqual("rows of the snapshot within", seen(inner), before)
			return nil
		})
	}))
	for what, n := range seen(l.source) {
		if n <= before[what] {
			l.Errorf("%d %s after more was written, want more than %d", n, what, before[what])
		}
	}
	failed := errors.New("the reader gave up")
	if err := l.source.Snapshot(l.ctx(), func(analysis.Source) error { return failed }); !errors.Is(err, failed) {
		l.Errorf("a snapshot whose reader failed returned %v", err)
	}
}

// testInputs compares what inputs come to with the inputs themselves, also when a batch comes after the attempt has ended.
func testInputs(l *lab) {
	v := l.published(Design())
	x := l.started(l.people(v.Study, false, 1)[0])
	conductTwo(l, x)
	same := func(when string) {
		l.Helper()
		firsts, err := l.source.FirstCrisp(l.ctx(), filter(v))
		l.must(err)
		crisp := map[string]time.Time{}
		for _, t := range l.found(x.ID).Trials {
			for _, a := range t.Attempts {
				crisp[fmt.Sprint(t.ID, " ", a.Number)] = firsts[a.ID]
			}
		}
		want := map[string]analysis.Inputs{}
		for i, err := range l.source.Interactions(l.ctx(), filter(v)) {
			l.must(err)
			key := fmt.Sprint(i.Trial, " ", i.Attempt)
			in := want[key]
			if in.Kinds == nil {
				in.Kinds = map[study.InputKind]report.Inputs{}
			}
			in.Participant, in.Trial, in.Attempt, in.Crisp = i.Participant, i.Trial, i.Attempt, crisp[key]
			of := in.Kinds[i.Kind]
			switch {
			case i.Kind.Timed() && i.Answered():
				of.Answered = append(of.Answered, int32(max(time.Microsecond, i.Drawn.Round(time.Microsecond)).Microseconds()))
				slices.Sort(of.Answered)
				in.Kinds[i.Kind] = of
			case i.Silent():
				of.Silent++
				in.Kinds[i.Kind] = of
			}
			want[key] = in
		}
		got := map[string]analysis.Inputs{}
		for in, err := range l.source.Inputs(l.ctx(), filter(v)) {
			l.must(err)
			for kind, of := range in.Kinds {
				if len(of.Answered) == 0 {
					of.Answered = nil
					in.Kinds[kind] = of
				}
			}
			if key := fmt.Sprint(in.Trial, " ", in.Attempt); len(in.Kinds) > 0 || want[key].Trial != 0 {
				got[key] = in
			}
		}
		l.wantEqual("inputs "+when, got, want)
	}
	same("when the trials have ended")
	last := l.found(x.ID).Trials[1].Last()
	late := BatchOf(last.ID, 9, []study.Interaction{
		{Number: 91, Kind: study.Key, At: Noon, Drawn: 1500},
		{Number: 92, Kind: study.Click, At: Noon, Drawn: 300 * time.Millisecond},
		{Number: 93, Kind: study.Drag, At: Noon},
		{Number: 94, Kind: study.Wheel, At: Noon, Cut: true},
		{Number: 95, Kind: study.Move, At: Noon},
	})
	late.Page = 7
	l.must(l.SaveBatch(l.ctx(), late))
	same("when a batch has come late")
}
