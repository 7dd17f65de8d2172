package simulate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// Store keeps what simulated participants give. Its methods are those by which the pages of a visit and the conductor store what people give.
type Store interface {
	AddSimulated(ctx context.Context, s study.StudyID, n int, at time.Time) ([]study.Participant, error)
	StartSession(ctx context.Context, p study.ParticipantID, at time.Time) (study.SessionID, error)
	Session(ctx context.Context, id study.SessionID) (study.Session, error)
	RecordConsentWith(ctx context.Context, id study.SessionID, recorded bool, f study.Found, at time.Time) error
	RecordVisit(ctx context.Context, id study.SessionID, step study.Step, at time.Time) error
	RecordRating(ctx context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error
	TakeSeat(ctx context.Context, id study.SessionID, at time.Time) (seat int, err error)
	OpenAttempt(ctx context.Context, a study.Attempt) (study.Attempt, error)
	RecordAttempt(ctx context.Context, a study.Attempt, at time.Time, monotonic time.Duration) error
	SaveBatch(ctx context.Context, b study.Batch) error
	RecordTraffic(ctx context.Context, a study.AttemptID, seconds []study.LinkSecond) error
}

// A Run is some participants to make up.
type Run struct {
	Assumptions
	Study  study.StudyID
	People int
	Seed   uint64    // the same seed gives the same people, whenever they come
	From   time.Time // when the first one comes; the others follow, an hour and a half each
	Asked  func(study.Design, string) (instrument.Instrument, error)
}

// MostPeople is up to how many participants one run makes up.
const MostPeople = 500

// apart is how long after one participant the next one comes.
const apart = 90 * time.Minute

// Do makes up the participants of r, and calls progress after each. They go through the newest version of a study that is open.
func (r Run) Do(ctx context.Context, store Store, progress func(done, all int)) error {
	if r.People < 1 || r.People > MostPeople {
		return study.Refuse(study.ErrInvalid, "From 1 to %d participants can be simulated at once, not %d.", MostPeople, r.People)
	}
	people, err := store.AddSimulated(ctx, r.Study, r.People, r.From)
	if err != nil {
		return err
	}
	for i, p := range people {
		at := r.From.Add(time.Duration(i) * apart)
		if err := r.visit(ctx, store, p, at); err != nil {
			return fmt.Errorf("simulate %s: %w", p.Code, err)
		}
		progress(i+1, r.People)
	}
	return nil
}

// visitor is one simulated participant in their visit.
type visitor struct {
	*person
	store Store
	asked func(study.Design, string) (instrument.Instrument, error)
	now   time.Time
}

func (r Run) visit(ctx context.Context, store Store, p study.Participant, at time.Time) error {
	id, err := store.StartSession(ctx, p.ID, at)
	if err != nil {
		return err
	}
	x, err := store.Session(ctx, id)
	if err != nil {
		return err
	}
	v := visitor{newPerson(r.Assumptions, r.Seed, p.Code, x.Version.Design.Conditions()), store, r.Asked, at}
	for {
		if v.over(x) {
			return nil
		}
		if err := v.pass(ctx, x, x.Step()); err != nil {
			return err
		}
		if x, err = store.Session(ctx, id); err != nil {
			return err
		}
	}
}

// over reports whether nothing more comes of the visit: it is at its end, or they have left in the middle.
func (v *visitor) over(x study.Session) bool {
	step := x.Step()
	trials := len(x.Trials)
	if d := x.Version.Design; d.Searches() { // they are laid out pair by pair
		trials = d.TrialsAtMost()
	}
	left := step.Kind == study.StepBrief && float64(step.Trial) > v.leaves*float64(trials)
	return left || step.Kind == study.StepTurnedAway || step.Kind == study.StepEnd && !x.EndedAt.IsZero()
}

// errStuck is an instrument that chance cannot answer.
var errStuck = errors.New("no answers to this instrument can be made up")

// pass does what a step asks for.
func (v *visitor) pass(ctx context.Context, x study.Session, step study.Step) error {
	v.now = v.now.Add(20 * time.Second)
	switch {
	case step.Kind == study.StepConsent:
		return v.store.RecordConsentWith(ctx, x.ID, false, found(), v.now)
	case step.Instrument != "":
		return v.rate(ctx, x, step)
	case step.Kind == study.StepBrief:
		return v.work(ctx, x, x.Trials[step.Trial])
	case step.Kind == study.StepPause || step.Kind == study.StepReturn:
		v.now = v.now.Add(x.Rests(v.now))
	}
	return v.store.RecordVisit(ctx, x.ID, step, v.now)
}

// found is the computer of everybody who is simulated.
func found() study.Found {
	return study.Found{Browser: "Simulated", System: "none", Secure: true, Screen: study.Size{W: 1920, H: 1080}, Window: study.Size{W: 1920, H: 970}, Scale: 1}
}

// rate answers the questionnaire of a step.
func (v *visitor) rate(ctx context.Context, x study.Session, step study.Step) error {
	in, err := v.asked(x.Version.Design, step.Instrument)
	if err != nil {
		return err
	}
	var t study.Trial
	if step.Kind.AboutTrial() {
		t = x.Trials[step.Trial]
	}
	var about study.Trial // whose condition the answers depend on: none if they span several
	if !step.Occasion.Spans() {
		about = t
	}
	answers := v.fill(in, about, x.Situation(step))
	if answers == nil {
		return fmt.Errorf("%s: %w", in.ID, errStuck)
	}
	if err := v.store.RecordRating(ctx, x.ID, t.ID, study.Rating{Instrument: in.ID, At: v.now, Answers: answers}); err != nil {
		return err
	}
	screening := x.Version.Design.Screening
	if step.Kind == study.StepAbout || step.Kind == study.StepScreening && in.ID == screening[len(screening)-1] {
		return v.store.RecordVisit(ctx, x.ID, step, v.now)
	}
	return nil
}

// work does one trial.
func (v *visitor) work(ctx context.Context, x study.Session, t study.Trial) error {
	page, err := v.store.TakeSeat(ctx, x.ID, v.now)
	if err != nil {
		return err
	}
	a, err := v.store.OpenAttempt(ctx, study.Attempt{Trial: t.ID, State: study.Preparing, AskedAt: v.now})
	if err != nil {
		return err
	}
	n := t.Condition.Network.Network
	opens := 800 * time.Millisecond
	if t.Condition.Method.Networked() {
		a.Set, a.Seed = n, v.rng.Uint64()
		a.Measured = netem.Modelled(n, a.Seed, pings)
		opens += 4 * n.RTT
	}
	if t.Condition.Method == study.Stream && n.Down > 0 {
		opens += time.Duration(beforePicture / capacity(n) * float64(time.Second))
	}
	a.Desktop = study.DesktopReport{Accelerator: "simulated", Ready: opens}
	v.now = v.now.Add(opens)
	a.State, a.StartedAt = study.Running, v.now
	if err := v.store.RecordAttempt(ctx, a, v.now, opens); err != nil {
		return err
	}
	outcome, took := v.works(t.Condition, x.Version.Design.TrialLimit)
	batch := v.batch(a, page, t.Condition, took)
	if err := v.store.SaveBatch(ctx, batch); err != nil {
		return err
	}
	if t.Condition.Method.Networked() {
		if err := v.store.RecordTraffic(ctx, a.ID, traffic(a, t.Condition, opens, took, batch.Interactions)); err != nil {
			return err
		}
	}
	v.now = v.now.Add(took)
	a.State, a.Outcome, a.EndedAt = study.Finished, outcome, v.now
	return v.store.RecordAttempt(ctx, a, v.now, opens+took)
}

// pings is how many round trips the probe before a trial measures.
const pings = 20

// inputsAtMost bounds the inputs of one trial.
const inputsAtMost = 120

// batch is everything that the page of a trial sends: that it opened, and the inputs with their answers.
func (v *visitor) batch(a study.Attempt, page int, c study.Condition, took time.Duration) study.Batch {
	b := study.Batch{Receipt: study.Receipt{Attempt: a.ID, Page: page, Number: 1, Received: a.StartedAt.Add(took), Zero: a.StartedAt, Uncertainty: time.Millisecond, Last: true}}
	b.Events = []study.Event{{Attempt: a.ID, Page: page, Batch: 1, Number: 1, Kind: study.PageOpened, At: a.StartedAt, Detail: "simulated: no browser"}}
	n := min(inputsAtMost, max(4, int(math.Round(took.Seconds()*v.a.PerSecond))))
	for i := range n {
		b.Interactions = append(b.Interactions, v.input(c, a.StartedAt.Add(took*time.Duration(i)/time.Duration(n+1)), page, int64(i+2)))
	}
	b.Count, b.Given = n+1, int64(n+1)
	return b
}

// input is one key or click with its answer.
func (v *visitor) input(c study.Condition, at time.Time, page int, number int64) study.Interaction {
	drawn := v.waits(c)
	i := study.Interaction{
		Page: page, Batch: 1, Number: number, Kind: study.Key, At: at.Round(time.Microsecond), Sent: time.Millisecond, Arrived: drawn - drawn/20, Drawn: drawn, Quiet: drawn,
		Held: 90 * time.Millisecond, Machine: drawn / 3, Bytes: 2000, Area: 400, Delivery: study.Delivered,
	}
	if v.rng.Float64() < 0.3 {
		i.Kind, i.PointerType = study.Click, study.Mouse
		i.Pointer.X, i.Pointer.Y = v.rng.IntN(1024), v.rng.IntN(768)
	}
	return i
}

// Begin returns when the first of so many participants comes, if the last one is to be done before now. They come by day and by night.
func Begin(now time.Time, people int, d study.Design) time.Time {
	whole := time.Duration(people+1) * apart
	for _, v := range d.Visits {
		whole += v.Apart + apart
	}
	return now.Add(-whole).Truncate(time.Minute)
}
