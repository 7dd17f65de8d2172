package analysis

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// place says which session, trial and attempt a row belongs to.
type place struct {
	session     study.SessionID
	participant string
	hash        string      // of the session's version
	trial       study.Trial // zero if the row belongs to no trial
	attempt     int         // number within the trial
}

func (p place) position() Value {
	if p.trial.ID == 0 {
		return Value{}
	}
	return Number(p.trial.Position)
}

// places are the places of all attempts and sessions of a study. An export has them in memory: a few
// hundred bytes for each attempt, of which a study has thousands at most.
type places struct {
	attempts map[study.AttemptID]place
	sessions map[study.SessionID]place
	own      map[string]instruments // by participant, in the words of the version that they took part in
	factors  []study.FreeFactor     // of all versions that people took part in, each name once
	set      study.AnalysisSet
	why      verdicts
	crisp    map[study.AttemptID]time.Time
	versions []study.Version         // that were published, the oldest first
	library  []instrument.Instrument // those that may have been asked
	names    valueNames              // of columns of analysis.csv
	newest   time.Time               // when the newest row of the data came about; zero if there is none
}

func findPlaces(ctx context.Context, src Source, f Filter, library []instrument.Instrument) (all places, err error) {
	all = places{
		attempts: map[study.AttemptID]place{}, sessions: map[study.SessionID]place{}, own: map[string]instruments{},
		set: f.counting(), why: newVerdicts(), library: library,
	}
	if all.crisp, err = src.FirstCrisp(ctx, f); err != nil {
		return all, err
	}
	published, err := src.Versions(ctx, f)
	if err != nil {
		return all, err
	}
	for _, v := range published {
		all.versions = append(all.versions, v.Version)
		all.newest = latest(all.newest, v.PublishedAt)
	}
	for s, err := range src.Sessions(ctx, f) {
		if err != nil {
			return all, err
		}
		all.why.judge(all.set, s)
		all.newest = latest(all.newest, momentsOf(s)...)
		here := place{session: s.ID, participant: s.Participant.Code, hash: s.Version.Hash}
		all.sessions[s.ID] = here
		all.own[s.Participant.Code] = asWritten(s.Version.Design)
		for _, x := range s.Version.Design.Factors {
			if !slices.ContainsFunc(all.factors, func(o study.FreeFactor) bool { return o.Name == x.Name }) {
				all.factors = append(all.factors, x)
			}
		}
		for _, t := range s.Trials {
			attempts := t.Attempts
			t.Attempts, t.Rated = nil, nil
			for _, a := range attempts {
				all.attempts[a.ID] = place{here.session, here.participant, here.hash, t, a.Number}
			}
		}
	}
	all.names = all.nameValues()
	err = all.look(ctx, src, f)
	return all, err
}

// look makes newest the time of the newest row of all, and finds the answers that are none.
func (p *places) look(ctx context.Context, src Source, f Filter) error {
	for x, err := range src.Participants(ctx, f) {
		if err != nil {
			return err
		}
		p.newest = latest(p.newest, x.AddedAt)
	}
	calibrations, err := src.Calibrations(ctx, f)
	if err != nil {
		return err
	}
	for _, c := range calibrations {
		p.newest = latest(p.newest, c.StartedAt, c.EndedAt)
	}
	for person, err := range byPerson(src.Responses(ctx, f)) {
		if err != nil {
			return err
		}
		p.why.markOdd(person, p.askedOf(p.library)(person.of))
		for _, first := range person.first {
			p.newest = latest(p.newest, first.At)
		}
	}
	for x, err := range src.Receipts(ctx, f) {
		if err != nil {
			return err
		}
		p.newest = latest(p.newest, x.Received)
	}
	for x, err := range src.Events(ctx, f) {
		if err != nil {
			return err
		}
		p.newest = latest(p.newest, x.At)
	}
	for x, err := range src.Recordings(ctx, f) {
		if err != nil {
			return err
		}
		p.newest = latest(p.newest, x.BeganAt.Add(x.Duration), x.DeletedAt)
	}
	return nil
}

// momentsOf returns when each thing in a session came about.
func momentsOf(s study.Session) []time.Time {
	all := []time.Time{s.Version.PublishedAt, s.StartedAt, s.ConsentedAt, s.AboutAt, s.EndedAt, s.Assignment.TakenAt, s.Assignment.Ruling.At}
	for _, t := range s.Trials {
		all = append(all, t.ReadyAt, t.Ruling.At)
		for _, a := range t.Attempts {
			all = append(all, a.AskedAt, a.StartedAt, a.EndedAt)
		}
	}
	return all
}

func latest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if o.After(t) {
			t = o.UTC()
		}
	}
	return t
}

// instruments returns those of the library and those of the study's own that are others, each version once. Where versions of a study have an
// instrument in other words and did not raise its version, it is in the words of the newest version whose data count.
func (p places) instruments(library []instrument.Instrument) []instrument.Instrument {
	all, worded := slices.Clone(library), map[string]bool{}
	for _, v := range p.countedFirst() {
		for _, in := range asWritten(v.Design) {
			same := func(o instrument.Instrument) bool { return o.ID == in.ID && o.Version == in.Version }
			name := fmt.Sprintf("%s %d", in.ID, in.Version)
			switch i := slices.IndexFunc(all, same); {
			case worded[name]:
			case i < 0:
				all = append(all, in)
			default:
				all[i] = in
			}
			worded[name] = true
		}
	}
	return all
}

// askedOf returns a function that returns the instruments of a participant's study: its own come first.
func (p places) askedOf(library []instrument.Instrument) func(participant string) instruments {
	return func(participant string) instruments { return slices.Concat(p.own[participant], library) }
}

// events adds its place to each event.
func (p places) events(events iter.Seq2[study.Event, error]) iter.Seq2[eventRow, error] {
	return each(events, func(e study.Event) eventRow {
		at := p.sessions[e.Session]
		if e.Attempt != 0 {
			at = p.attempts[e.Attempt]
		}
		return eventRow{at, e}
	})
}

func (p places) batches(receipts iter.Seq2[study.Receipt, error]) iter.Seq2[batchRow, error] {
	return each(receipts, func(r study.Receipt) batchRow { return batchRow{p.attempts[r.Attempt], r} })
}

// pages reports on every page. receipts must come in the order of attempts; so pages keeps the
// receipts of only one attempt at a time.
func (p places) pages(receipts iter.Seq2[study.Receipt, error]) iter.Seq2[pageRow, error] {
	return func(yield func(pageRow, error) bool) {
		var same []study.Receipt
		report := func() bool {
			for _, r := range study.PageReports(same) {
				if !yield(pageRow{p.attempts[r.Attempt], r}, nil) {
					return false
				}
			}
			same = same[:0]
			return true
		}
		for r, err := range receipts {
			if err != nil {
				yield(pageRow{}, err)
				return
			}
			if len(same) > 0 && same[0].Attempt != r.Attempt && !report() {
				return
			}
			same = append(same, r)
		}
		report()
	}
}

// batchKey identifies a batch within a study.
type batchKey struct {
	trial   study.TrialID
	attempt int
	page    int
	number  int64
}

// timed sets the Uncertainty of each interaction from the receipt of its batch. It has all
// uncertainties in memory: about 40 bytes for each second that somebody worked.
func (p places) timed(interactions iter.Seq2[Interaction, error], receipts iter.Seq2[study.Receipt, error]) iter.Seq2[Interaction, error] {
	return func(yield func(Interaction, error) bool) {
		uncertain := map[batchKey]time.Duration{}
		for r, err := range receipts {
			if err != nil {
				yield(Interaction{}, err)
				return
			}
			at := p.attempts[r.Attempt]
			uncertain[batchKey{at.trial.ID, at.attempt, r.Page, r.Number}] = r.Uncertainty
		}
		for i, err := range interactions {
			i.Uncertainty = uncertain[batchKey{i.Trial, i.Attempt, i.Page, i.Batch}]
			if !yield(i, err) {
				return
			}
		}
	}
}

// each converts the items of a sequence.
func each[A, B any](items iter.Seq2[A, error], convert func(A) B) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		for x, err := range items {
			if err != nil {
				var none B
				yield(none, err)
				return
			}
			if !yield(convert(x), nil) {
				return
			}
		}
	}
}
