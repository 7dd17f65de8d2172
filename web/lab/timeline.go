package lab

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// timeline collects what is on record of one person, whatever table it lies in. Of what was decided again and again, as whether they count, it has
// the last word; of what they got, all.
type timeline struct {
	s    *Server
	rows []moment
}

// A moment is one thing that happened. Raw are the stored values of which the line is made.
type moment struct {
	at   time.Time
	kind string // of the thing, by which pages mark it
	what string
	raw  []view.RawValue
}

// add adds a moment, unless it has not happened. raw are names and values in turn. A value that was never there is an empty text; 0 and false are
// values like others.
func (t *timeline) add(at time.Time, kind, what string, raw ...any) {
	if at.IsZero() {
		return
	}
	m := moment{at: at, kind: kind, what: what}
	for i := 0; i+1 < len(raw); i += 2 {
		if v := fmt.Sprint(raw[i+1]); v != "" {
			m.raw = append(m.raw, view.RawValue{Name: fmt.Sprint(raw[i]), Value: v})
		}
	}
	t.rows = append(t.rows, m)
}

// known returns a value whose zero says that there is none, as that of an id; then it is the empty text.
func known[V comparable](v V) any {
	var none V
	if v == none {
		return ""
	}
	return v
}

// timelineOf returns everything that is on record of a person, the oldest first.
func (s *Server) timelineOf(ctx context.Context, p study.Participant, x study.Session, d study.Diary, stone *study.Tombstone) ([]view.MomentRow, error) {
	t := &timeline{s: s}
	t.add(p.AddedAt, "person", "Added to the study")
	for _, l := range p.Links {
		t.add(l.IssuedAt, "link", "Personal link made", "expires", stamp(l.ExpiresAt))
		t.add(l.RevokedAt, "link", "Personal link revoked")
	}
	for _, f := range d.Facts {
		t.add(f.At, "booking", s.factWords(f), "kind", f.Kind, "visit", f.Visit, "slot", known(f.Slot), "station", f.Station, "starts_at", stamp(f.StartsAt), "ends_at", stamp(f.EndsAt), "reason", f.Reason, "why", f.Why)
	}
	if stone != nil {
		t.add(stone.AskedAt, "withdrawal", cmp.Or(stone.Name, "The participant")+" asked to have erased what they gave")
		t.add(stone.ErasedAt, "withdrawal", fmt.Sprintf("%s erased", study.Count(stone.Total(), "row")))
	}
	got, err := s.Store.CompensationsOf(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range got {
		t.add(c.At, "compensation", compensationWords(c), "amount", c.Amount, "by", c.Name)
	}
	if x.ID != 0 {
		if err := t.visit(ctx, x); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(t.rows, func(a, b moment) int { return a.at.Compare(b.at) })
	return t.view(), nil
}

// compensationWords says what a fact about a compensation says.
func compensationWords(c study.Compensation) string {
	if c.Amount == "" {
		return "Got nothing after all, says " + cmp.Or(c.Name, "the program")
	}
	return fmt.Sprintf("Got %s from %s", c.Amount, cmp.Or(c.Name, "the program"))
}

// visit adds what happened in a visit.
func (t *timeline) visit(ctx context.Context, x study.Session) error {
	t.add(x.StartedAt, "visit", "Visit begun, by the personal link", "session", x.ID, "version", x.Version.Number, "hash", x.Version.Hash)
	f := x.Found
	t.add(x.ConsentedAt, "visit", "Consented", "recorded", x.Recorded, "language", x.Speaks())
	if !f.Empty() {
		t.add(x.ConsentedAt, "preflight", computerWords(f), "browser", f.Browser, "system", f.System, "screen", f.Screen, "window", f.Window, "scale", known(f.Scale), "rtt", known(f.RTT), "down_bps", known(int64(f.Down)), "up_bps", known(int64(f.Up)), "keyboard", f.Keyboard, "keyboard_by", f.KeyboardBy)
	}
	t.add(x.ScreenedAt, "visit", "Screening answered", "turned_away", x.TurnedAway)
	t.add(x.Assignment.TakenAt, "visit", "Place taken: "+sequenceName(x.Assignment), "group", x.Assignment.Place.Group, "arrival", x.Assignment.Arrival, "lease_ends_at", stamp(x.Assignment.LeaseEnds))
	t.add(x.EndedAt, "visit", "Visit ended")
	if r := x.Assignment.Ruling; r.State != "" {
		t.add(r.At, "withdrawal", t.s.rulingWords(r), "state", r.State, "ground", r.Ground, "why", r.Why)
	}
	for _, trial := range x.Trials {
		t.trial(trial)
	}
	if err := t.said(ctx, x); err != nil {
		return err
	}
	if err := t.recorded(ctx, x); err != nil {
		return err
	}
	return t.measured(ctx, x)
}

// trial adds the attempts at a trial.
func (t *timeline) trial(trial study.Trial) {
	name := fmt.Sprintf("Trial %d, %s", trial.Position, trial.Condition.Code())
	if trial.Practice() {
		name = "Practice"
	}
	t.add(trial.ReadyAt, "trial", "Pause over before "+name)
	for _, a := range trial.Attempts {
		raw := []any{"attempt", a.ID, "number", a.Number, "state", a.State, "outcome", a.Outcome, "cause", a.Cause, "seed", a.Seed, "measured_rtt", known(a.Measured.Median), "accelerator", a.Desktop.Accelerator, "ready", known(a.Desktop.Ready), "bytes_moved", known(a.Desktop.BytesMoved)}
		t.add(a.AskedAt, "trial", name+": Start pressed", raw...)
		t.add(a.StartedAt, "trial", name+": first picture", "attempt", a.ID)
		t.add(a.EndedAt, "trial", fmt.Sprintf("%s: %s after %.1f s", name, strings.ReplaceAll(string(cmp.Or(string(a.Outcome), string(a.State))), "_", " "), a.TimeOnTask().Seconds()), raw...)
	}
	if r := trial.Ruling; !r.At.IsZero() {
		what := name + ": counts again"
		if r.Excluded {
			what = name + ": excluded"
		}
		t.add(r.At, "ruling", what+" by "+r.Name, "ground", r.Ground, "why", r.Why)
	}
}

// said adds what the participant answered and what experimenters noted.
func (t *timeline) said(ctx context.Context, x study.Session) error {
	ratings, err := t.s.Store.Ratings(ctx, x.ID)
	if err != nil {
		return err
	}
	for id, all := range ratings {
		for _, r := range all {
			raw := []any{"trial", known(id)}
			for _, a := range r.Answers {
				raw = append(raw, a.Item, a.Value)
			}
			t.add(r.At, "answers", "Answered "+r.Instrument, raw...)
		}
	}
	notes, err := t.s.Store.Notes(ctx, x.ID)
	if err != nil {
		return err
	}
	for _, n := range notes {
		t.add(n.At, "note", fmt.Sprintf("Note of %s: %s", n.Name, n.Text), "tags", strings.Join(n.Tags, " "), "attempt", known(n.Attempt), "written_at", stamp(n.WrittenAt))
	}
	return nil
}

// recorded adds the recordings of the screen.
func (t *timeline) recorded(ctx context.Context, x study.Session) error {
	all, err := t.s.Store.Recordings(ctx, x.ID)
	if err != nil {
		return err
	}
	for _, r := range all {
		t.add(r.BeganAt, "recording", "A recording of the screen begun", "attempt", r.Attempt, "duration", r.Duration, "segments", r.Segments, "bytes", r.Bytes, "sha256", r.SHA256, "ended", r.Ended)
		t.add(r.DeletedAt, "recording", "The file of a recording deleted", "attempt", r.Attempt)
	}
	return nil
}

// measured adds events, and the batches of inputs as they arrived.
func (t *timeline) measured(ctx context.Context, x study.Session) error {
	events, err := t.s.Store.Events(ctx, x.ID)
	if err != nil {
		return err
	}
	for _, e := range events {
		t.add(e.At, "event", cmp.Or(eventNames[e.Kind], string(e.Kind)), "kind", e.Kind, "detail", e.Detail, "by", e.Name, "attempt", known(e.Attempt), "page", known(e.Page), "batch", known(e.Batch))
	}
	receipts, err := t.s.Store.Receipts(ctx, x.ID)
	if err != nil {
		return err
	}
	for _, b := range receipts {
		t.add(b.Received, "inputs", fmt.Sprintf("A batch of %d inputs and events arrived", b.Count), "attempt", b.Attempt, "page", b.Page, "batch", b.Number, "given", b.Given, "dropped", b.Dropped, "last", b.Last)
	}
	return nil
}

// stamp writes a time as files have it; nothing for the zero time.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// view returns the rows of the page. A day is said once.
func (t *timeline) view() (rows []view.MomentRow) {
	day := ""
	for _, m := range t.rows {
		at := t.s.Local(m.at)
		row := view.MomentRow{At: at.Format(time.TimeOnly), Kind: m.kind, What: m.what, Raw: m.raw}
		if d := page.DayName(at) + " " + page.ZoneName(at); d != day {
			row.Day, day = d, d
		}
		rows = append(rows, row)
	}
	return rows
}
