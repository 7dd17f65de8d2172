package study

import (
	"slices"
	"strings"

	"vmstudy/study/instrument"
)

// Occasion is when a questionnaire is asked.
type Occasion string

// The occasions, in the order in which a participant meets them.
const (
	AtScreening   Occasion = "screening"      // right after consent; the answers say who takes part
	AtBeginning   Occasion = "beginning"      // before the first trial
	AfterPractice Occasion = "after_practice" // about the practice trial
	AfterTrial    Occasion = "after_trial"    // about every trial that counts
	AfterBlock    Occasion = "after_block"    // when the last trial of a block is done
	AfterVisit    Occasion = "after_visit"    // when the last trial of a visit is done; of the last visit, too
	AtEnd         Occasion = "end"            // when all trials are done
)

// Occasions lists the occasions in their order.
func Occasions() []Occasion {
	return []Occasion{AtScreening, AtBeginning, AfterPractice, AfterTrial, AfterBlock, AfterVisit, AtEnd}
}

// AboutTrials reports whether what is asked then belongs to a trial: to the one that is just done.
func (o Occasion) AboutTrials() bool {
	return slices.Contains([]Occasion{AfterPractice, AfterTrial, AfterBlock, AfterVisit}, o)
}

// Spans reports whether what is asked then is about several trials, of which the one that is just done is only the last: such answers
// count whether it counts or not.
func (o Occasion) Spans() bool { return o == AfterBlock || o == AfterVisit }

// Asks returns the list of d with the instruments that are asked at an occasion. The one about the person, which is asked first of all
// at the beginning, is in no list; see AskedAt.
func (d *Design) Asks(o Occasion) *[]string {
	switch o {
	case AtScreening:
		return &d.Screening
	case AtBeginning:
		return &d.Opening
	case AfterPractice:
		return &d.AfterPractice
	case AfterTrial:
		return &d.Instruments
	case AfterBlock:
		return &d.AfterBlock
	case AfterVisit:
		return &d.AfterVisit
	}
	return &d.Closing
}

// AskedAt returns the instruments that are asked at an occasion, in their order.
func (d Design) AskedAt(o Occasion) []string {
	if o == AtBeginning && d.About != "" {
		return append([]string{d.About}, d.Opening...)
	}
	return *d.Asks(o)
}

// Asked returns the instruments that participants meet, in the order in which they first do.
func (d Design) Asked() (ids []string) {
	for _, o := range Occasions() {
		ids = append(ids, d.AskedAt(o)...)
	}
	return ids
}

// OccasionOf returns at which occasion an instrument was asked. position is that of the trial to which the answers belong: 0 is the
// practice trial, and a negative one says that they belong to none. An instrument is asked at one occasion of each kind, so that this
// needs no record of its own.
func (d Design) OccasionOf(id string, position int) Occasion {
	for _, o := range Occasions() {
		of := o.AboutTrials() == (position >= 0) && (o == AfterPractice) == (position == 0)
		if of && slices.Contains(d.AskedAt(o), id) {
			return o
		}
	}
	switch { // as in a study that asks it no more
	case position < 0:
		return AtBeginning
	case position == 0:
		return AfterPractice
	}
	return AfterTrial
}

// Asking is an instrument that is due after a trial.
type Asking struct {
	Occasion   Occasion
	Instrument string
}

// askedAfter returns what is asked when the trial with this index is done, in the order in which it is.
func (s Session) askedAfter(i int) (all []Asking) {
	d, t := s.Version.Design, s.Trials[i]
	add := func(o Occasion) {
		for _, id := range d.AskedAt(o) {
			all = append(all, Asking{o, id})
		}
	}
	rates := t.Last().Outcome != EndedByExperimenter // results leave such a trial out
	if t.Practice() {
		if rates {
			add(AfterPractice)
		}
		return all
	}
	if rates {
		add(AfterTrial)
	}
	if s.endsBlock(i) {
		add(AfterBlock)
	}
	if s.endsVisit(i) {
		add(AfterVisit)
	}
	return all
}

// Situation returns what decides, besides answers, which questions are shown at a step.
func (s Session) Situation(step Step) instrument.Situation {
	if step.Occasion != AfterTrial && step.Occasion != AfterPractice { // of a block or a visit no condition can be told
		return instrument.Situation{Group: s.Assignment.Place.Group}
	}
	t := s.Trials[step.Trial]
	return instrument.Situation{
		Group: s.Assignment.Place.Group,
		Trial: true, Method: string(t.Condition.Method), Access: t.Condition.Access.Level(), Network: t.Condition.Network.Name, Task: t.Condition.Task.Level(),
		Completed: t.Last().Outcome == Completed,
	}
}

// endsBlock reports whether the trial with this index is the last of a block. Every round of the plan has blocks of its own, also where two
// rounds meet with the same level; the conditions that come first are in no block.
func (s Session) endsBlock(i int) bool {
	d, begin := s.Version.Design, s.firstInBlocks()
	if i < begin {
		return false
	}
	round := max(1, (len(s.Trials)-begin)/d.rounds())
	if i+1 == len(s.Trials) || (i+1-begin)%round == 0 {
		return true
	}
	return d.Blocks.By.Level(s.Trials[i].Condition) != d.Blocks.By.Level(s.Trials[i+1].Condition)
}

// firstInBlocks returns the index of the first trial that is in a block; behind all trials if none is.
func (s Session) firstInBlocks() int {
	d := s.Version.Design
	begin := slices.IndexFunc(s.Trials, func(t Trial) bool { return !t.Practice() && !slices.Contains(d.First, t.Condition.Code()) })
	if d.Blocks.By == NoFactor || begin < 0 {
		return len(s.Trials)
	}
	return begin
}

// Bearer returns the index of the trial to which answers belong that are given at an occasion about the trial with index i among others: of
// its block or its visit that is the last one. ok is false if nothing can be asked about it then, as about a trial in no block.
func (s Session) Bearer(o Occasion, i int) (bearer int, ok bool) {
	ends, from := s.endsBlock, s.firstInBlocks()
	switch {
	case s.Trials[i].Practice():
		return i, o == AfterPractice
	case !o.Spans():
		return i, o == AfterTrial
	case o == AfterVisit:
		ends, from = s.endsVisit, 0
	}
	if i < from {
		return i, false
	}
	for n := i; n < len(s.Trials); n++ {
		if ends(n) {
			return n, true
		}
	}
	return i, false
}

// screeningStep returns the questionnaire of the screening that is next. When all are answered and the answers are not looked at yet, it is
// the last one again.
func (s Session) screeningStep() Step {
	step := Step{Kind: StepScreening, Occasion: AtScreening}
	for _, id := range s.Version.Design.Screening {
		if step.Instrument = id; !contains(s.Rated, id) {
			break
		}
	}
	return step
}

// TurnsAway reports whether somebody who has answered the screening so does not take part.
func (d Design) TurnsAway(answers map[string]string) bool {
	return slices.ContainsFunc(d.TurnAway, func(w instrument.When) bool { return w.Met(answers) })
}

// DecidedByScreening reports whether the screening asks all questions that put people into groups.
func (d Design) DecidedByScreening() bool {
	return len(d.Screening) > 0 && d.About == "" || !slices.ContainsFunc(d.Groups, func(g Group) bool { return g.Answered != nil && !d.screens(g.Answered.Item) })
}

// Deciding returns the instruments whose answers can put people into groups. Where two of them have a question of one name, the later one's counts.
func (d Design) Deciding() []string {
	if d.About == "" {
		return d.Screening
	}
	return append([]string{d.About}, d.Screening...)
}

// screens reports whether the screening asks a question.
func (d Design) screens(item string) bool {
	return slices.ContainsFunc(d.Screening, func(id string) bool { return d.hasQuestion(id, item) })
}

// words reports whether the study has its own words for one of these instruments.
func (d Design) words(ids []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { _, own := d.Questionnaire(id); return own })
}

// hasQuestion reports whether an instrument, in the words of this study, has a question.
func (d Design) hasQuestion(id, item string) bool {
	in, own := d.Questionnaire(id)
	return own && slices.ContainsFunc(in.Questions(), func(q instrument.Item) bool { return q.ID == item })
}

// asked says in words when an instrument is asked.
func (o Occasion) asked() string {
	return map[Occasion]string{
		AtScreening: "in the screening", AtBeginning: "at the beginning", AfterPractice: "after the practice", AfterTrial: "after each trial",
		AfterBlock: "after each block", AfterVisit: "after each visit", AtEnd: "at the end",
	}[o]
}

// lists are the names of the lists of a design in a study file.
var lists = map[Occasion]string{
	AtScreening: "screening", AtBeginning: "opening", AfterPractice: "after_practice", AfterTrial: "instruments", AfterBlock: "after_block",
	AfterVisit: "after_visit", AtEnd: "closing",
}

// checkOccasions checks what is asked when. Answers are told apart by their trial and their instrument: so an instrument is asked
// once about a trial, and once about none.
func (d Design) checkOccasions(f faults) {
	for i, o := range Occasions() {
		ids := *d.Asks(o)
		f.unless(len(ids) <= maxAsked, lists[o], "%d questionnaires in a row are more than %d", len(ids), maxAsked)
		for n, id := range ids {
			at := item(lists[o], n)
			f.unless(!slices.Contains(ids[:n], id), at, "questionnaire %q is asked twice", id)
			f.unless(o != AtBeginning && o != AtScreening || id != d.About, at, "questionnaire %q is asked at the beginning already", id)
			for _, before := range Occasions()[:i] {
				apart := o.AboutTrials() != before.AboutTrials() || before == AfterPractice
				f.unless(apart || !slices.Contains(d.AskedAt(before), id), at, "questionnaire %q is asked %s already: ask a copy of it that has another id", id, before.asked())
			}
		}
	}
	f.unless(len(d.AfterPractice) == 0 || d.Practice != nil, "after_practice", "this study has no practice: choose it, or ask this at another time")
	f.unless(len(d.AfterBlock) == 0 || d.Blocks.By != NoFactor, "after_block", "this study has no blocks: choose by what they are cut, or ask this at another time")
	f.unless(len(d.AfterVisit) == 0 || len(d.Visits) > 0, "after_visit", "this study has one visit: ask this at the end")
	d.checkScreening(f)
}

// Wordless returns a Fault for each questionnaire that d asks and does not have the words of.
func (d Design) Wordless() []Fault {
	return found(func(f faults) {
		for _, o := range Occasions() {
			for i, id := range *d.Asks(o) {
				_, has := d.Questionnaire(id)
				f.unless(has, item(lists[o], i), "there is no questionnaire %q: neither this study has one, nor the library", id)
			}
		}
		_, has := d.Questionnaire(d.About)
		f.unless(has || d.About == "", "about", "there is no questionnaire %q: neither this study has one, nor the library", d.About)
	})
}

// maxRules is how many rules a screening may have.
const maxRules = 20

func (d Design) checkScreening(f faults) {
	f.unless(len(d.TurnAway) <= maxRules, "turn_away", "%d rules are more than %d", len(d.TurnAway), maxRules)
	f.unless(len(d.TurnAway) == 0 || len(d.Screening) > 0, "turn_away", "this study has no screening: choose what is asked in it")
	f.unless(len(d.TurnAway) == 0 || !d.TurnedAway.Empty(), "turned_away", "write what people read who do not take part")
	for i, w := range d.TurnAway {
		f := f.within(item("turn_away", i))
		f.unless(w.Item != "", "item", "name the question of the screening whose answer is meant")
		f.unless(len(w.Is) > 0 || w.AtLeast != nil || w.AtMost != nil, "is", "say which answers are meant")
		f.unless(w.Item == "" || len(d.Screening) == 0 || !d.words(d.Screening) || d.screens(w.Item), "item", "the screening has no question %q", w.Item)
		d.checkRule(f, w, d.Screening)
	}
}

// checkRule checks that the question that a rule looks at can be answered so. asked are the instruments that may have it: where several
// do, the last one's answer counts.
func (d Design) checkRule(f faults, w instrument.When, asked []string) {
	for _, id := range slices.Backward(asked) {
		in, _ := d.Questionnaire(id)
		q, found := in.Question(w.Item)
		if !found {
			continue
		}
		for _, fault := range w.Against(q) {
			field, _, _ := strings.Cut(fault.At, "[") // a form has one field for all values
			f.unless(false, field, "%s", fault.Say)
		}
		return
	}
}
