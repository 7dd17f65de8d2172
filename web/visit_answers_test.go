package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
)

// asked returns a participant who is at the given instrument about a trial, and its page.
func asked(t *testing.T, instrument string) (*person, answer) {
	t.Helper()
	d := studytest.OneTrial()
	d.Instruments = []string{instrument}
	p := newPerson(t, d)
	p.begin()
	return p, p.walk(study.StepRate, nil)
}

func TestEveryInstrumentIsShownWithNothingChosen(t *testing.T) {
	for _, q := range questionnaire.Named() {
		t.Run(q.ID, func(t *testing.T) {
			p, a := asked(t, q.ID)
			p.wants(a, 200, q.Title.String())
			if chosen := all(a.page, "", "checked"); len(chosen) > 0 {
				t.Errorf("%d answers are chosen before anyone chose", len(chosen))
			}
			for _, it := range q.Questions() {
				p.wants(a, 200, it.Text.String())
				p.wantsMarks(a.page, it)
			}
		})
	}
}

// wantsMarks fails the test unless the marks of an item differ both in what they show and in what
// screen readers read.
func (p *person) wantsMarks(page *html.Node, it instrument.Item) {
	p.t.Helper()
	switch {
	case it.Kind == instrument.Text:
		p.one(page, "textarea", "name="+it.ID)
		return
	case it.Kind == instrument.Analogue:
		if field := p.one(page, "input", "name="+it.ID); attr(field, "value") != "" {
			p.t.Errorf("item %s begins with %s", it.ID, attr(field, "value"))
		}
		if at := all(page, "li", "data-at"); len(at) != len(it.Options) {
			p.t.Errorf("item %s has %d labels beside its line, want %d", it.ID, len(at), len(it.Options))
		}
		return
	}
	marks := all(page, "input", "name="+it.ID)
	want := marksOf(it)
	if len(marks) != len(want) {
		p.t.Fatalf("item %s has %d marks, want %d", it.ID, len(marks), len(want))
	}
	for _, o := range want {
		at := slices.IndexFunc(marks, func(m *html.Node) bool { return attr(m, "value") == o.Value }) // in any order: that of options may be shuffled
		if at < 0 {
			p.t.Fatalf("item %s offers no %s", it.ID, o.Value)
		}
		mark := marks[at]
		shown, spoken := text(mark.Parent), attr(mark, "aria-label")
		if it.Numeric() && len(it.Options) > 0 {
			shown = strings.TrimPrefix(shown, o.Value+" ") // the number stands before the label
		}
		if spoken == "" {
			spoken = shown // screen readers read the label around it
		}
		if attr(mark, "type") != "radio" || spoken != o.Spoken || shown != o.Label {
			p.t.Errorf("item %s, mark %s: shows %q, speaks %q, want %+v", it.ID, o.Value, shown, spoken, o)
		}
	}
}

// A study may ask questions of its own, of every kind.
func TestQuestionsOfTheStudyAreAskedCheckedAndStored(t *testing.T) {
	d := studytest.OneTrial()
	own := everyKind()
	completed, method := true, string(d.Methods[0])
	own.Items = append(own.Items,
		instrument.Item{ID: "after", Text: study.Plain("Asked of those who were done"), Kind: instrument.ShortText, Limit: 9, ShownIf: []instrument.When{{Completed: &completed, Methods: []string{method}}}},
		instrument.Item{ID: "never", Text: study.Plain("Asked after another method"), Kind: instrument.ShortText, Limit: 9, ShownIf: []instrument.When{{Methods: []string{"telepathy"}}}},
	)
	d.Questionnaires, d.Instruments = []instrument.Instrument{own}, []string{own.ID}
	p := newPerson(t, d)
	p.begin()
	a := p.walk(study.StepRate, nil)
	done := p.session().Trials[0].Last().Outcome == study.Completed
	p.wants(a, 200, own.Items[0].Text.String())
	if strings.Contains(text(a.page), "another method") {
		t.Error("a question is shown after a method that it is not about")
	}
	if strings.Contains(text(a.page), "those who were done") != done {
		t.Errorf("completed: %v, and the page says %s", done, text(a.page))
	}
	f := p.fill(a.page)
	for _, q := range own.Questions() {
		f.fields.Del(q.ID)
	}
	p.wants(p.submit(f), 422, "questions still need an answer.")
	sent := url.Values{
		"calm": {"0"}, "quality": {"3"}, "haste": {"45"}, "pain": {"33"}, "effort": {"57"}, "hand": {instrument.Withheld}, "why": {"loud", "slow"}, "noise": {"a hum"},
		"years": {" 41 "}, "quick": {"1"}, "again": {"5"}, "clear": {"-3"}, "leading": {"3"}, "late": {"0"}, "never": {"mind"},
	}
	if done {
		sent.Set("after", "yes")
	}
	f.fields.Set("calm", "11")
	for name, values := range sent {
		if name != "calm" {
			f.fields[name] = values
		}
	}
	bad := p.submit(f)
	p.wants(bad, 422, "One question still needs an answer.")
	if got := attr(p.one(bad.page, "input", "id=pain"), "value"); got != "33" {
		t.Errorf("the line comes back with %q", got)
	}
	f.fields.Set("calm", "0")
	p.wantsRedirect(p.submit(f), p.visit())
	ratings, err := p.store.Ratings(t.Context(), p.session().ID)
	p.must(err)
	got := map[string]string{}
	for _, a := range ratings[p.session().Trials[0].ID][0].Answers {
		got[a.Item] = a.Value
	}
	want := map[string]string{
		"calm": "0", "quality": "3", "haste": "45", "pain": "33", "effort": "57", "hand": "withheld", "why": "slow,loud", "noise": "a hum",
		"years": "41", "quick": "1", "again": "5", "clear": "-3", "leading": "3", "late": "0",
	}
	if done {
		want["after"] = "yes"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// What a study about shuffled pairs stores says in which order they stood on the page.
func TestTheOrderOfAPageStaysAndIsStored(t *testing.T) {
	p, a := asked(t, "tlx_pairs")
	shown := func(a answer) (names []string) {
		for _, e := range all(a.page, "input", "type=radio") {
			names = append(names, attr(e, "name")+"="+attr(e, "value"))
		}
		return names
	}
	first := shown(a)
	if diff := cmp.Diff(first, shown(p.get(p.visit()))); diff != "" {
		t.Errorf("the page comes again in another order:\n%s", diff)
	}
	p.wantsRedirect(p.submit(p.fill(a.page)), p.visit())
	ratings, err := p.store.Ratings(t.Context(), p.session().ID)
	p.must(err)
	answers := ratings[p.session().Trials[0].ID][0].Answers
	if len(answers) != 16 {
		t.Fatalf("%d answers, want those to 15 pairs and their order", len(answers))
	}
	order, err := instrument.ParseOrder(answers[15].Value)
	p.must(err)
	var stored []string
	for _, id := range order.Items {
		for _, side := range order.Options[id] {
			stored = append(stored, id+"="+side)
		}
	}
	if diff := cmp.Diff(first, stored); diff != "" || answers[15].Item != instrument.OrderItem {
		t.Errorf("the stored order (-shown +stored):\n%s", diff)
	}
}

func TestAMissingAnswerIsMarkedAndTheOthersAreKept(t *testing.T) {
	p, a := asked(t, "tlx")
	f := p.fill(a.page)
	for i, item := range []string{"mental_demand", "temporal_demand", "performance", "frustration"} {
		f.fields.Set(item, fmt.Sprint(25*i))
	}
	f.fields.Del("physical_demand")
	f.fields.Set("effort", "1000000") // larger than the last mark
	bad := p.submit(f)
	p.wants(bad, 422, "2 questions still need an answer.")

	var marked []string
	for _, e := range all(bad.page, "fieldset", "aria-invalid=true") {
		marked = append(marked, attr(e, "aria-describedby"))
	}
	want := []string{"physical_demand-fault physical_demand-help", "effort-fault effort-help"}
	if diff := cmp.Diff(want, marked); diff != "" {
		t.Errorf("marked questions (-want +got):\n%s", diff)
	}
	var chosen []string
	for _, e := range all(bad.page, "input", "checked") {
		chosen = append(chosen, attr(e, "name")+" "+attr(e, "value"))
	}
	want = []string{"mental_demand 0", "temporal_demand 25", "performance 50", "frustration 75"}
	if diff := cmp.Diff(want, chosen); diff != "" {
		t.Errorf("answers still on the page (-want +got):\n%s", diff)
	}
	if v := p.session(); len(v.Trials[0].Rated) > 0 {
		t.Errorf("half an instrument was stored: %v", v.Trials[0].Rated)
	}

	f = p.fill(bad.page)
	f.fields.Set("effort", "100")
	p.wantsRedirect(p.submit(f), p.visit())
	if step := p.session().Step(); step.Kind != study.StepEnd {
		t.Errorf("the participant stands at %s", step.Kind)
	}
}

func TestWhatIsWrittenCannotBecomeMarkup(t *testing.T) {
	p, a := asked(t, "remarks")
	f := p.fill(a.page)
	words := "</textarea><script>alert(1)</script>" + strings.Repeat("x", 2000)
	f.fields.Set("remarks", words)
	bad := p.submit(f)
	p.wants(bad, 422, "Please shorten this to 2000 characters.")
	if got := text(p.one(bad.page, "textarea", "")); got != words {
		t.Errorf("the page gives back %q", got)
	}
}

// tiredStore is a store that cannot be reached for a while.
type tiredStore struct {
	Store
	err error
}

func (s *tiredStore) RecordRating(ctx context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error {
	if s.err != nil {
		return s.err
	}
	return s.Store.RecordRating(ctx, id, trial, r)
}

func (s *tiredStore) RecordVisit(ctx context.Context, id study.SessionID, step study.Step, at time.Time) error {
	if s.err != nil {
		return s.err
	}
	return s.Store.RecordVisit(ctx, id, step, at)
}

func TestAnswersSurviveADatabaseThatIsAway(t *testing.T) {
	p, a := asked(t, "remarks")
	tired := &tiredStore{Store: p.server.store, err: away{}}
	p.server.store = tired
	f := p.fill(a.page)
	f.fields.Set("remarks", "I liked it.")
	failed := p.submit(f)
	p.wants(failed, 503, "The database is away for a moment.")
	p.wants(failed, 503, "I liked it.")
	tired.err = nil
	p.wantsRedirect(p.submit(f), p.visit())
}

func TestQuestionsAboutThePersonAreAskedUntilAnswered(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.begin()
	a := p.walk(study.StepAbout, nil)
	p.wants(p.post(p.visit()+"/answers", url.Values{"instrument": {"about"}, "age_band": {"25_34"}}), 422, "One question still needs an answer.")
	p.wantsRedirect(p.post(p.visit()+"/answers", url.Values{"instrument": {"tlx"}}), p.visit())
	if step := p.session().Step(); step.Kind != study.StepAbout {
		t.Fatalf("the participant stands at %s", step.Kind)
	}
	p.wantsRedirect(p.submit(p.fill(a.page)), p.visit())
	ratings, err := p.store.Ratings(t.Context(), p.session().ID)
	p.must(err)
	if len(ratings[0]) != 1 || len(ratings[0][0].Answers) != 2 {
		t.Errorf("about the person is known %v", ratings[0])
	}
}

func TestParagraphs(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"nothing":                 {" \n ", nil},
		"one":                     {"One.\nStill one.", []string{"One.\nStill one."}},
		"two":                     {"One.\n\nTwo.", []string{"One.", "Two."}},
		"as browsers send them":   {"One.\r\n\r\nTwo.\r\nStill two.", []string{"One.", "Two.\nStill two."}},
		"with blanks in between":  {"One.\n \t\n\n\n  Two.\n", []string{"One.", "Two."}},
		"with space at both ends": {"\n\nOne.\n\n", []string{"One."}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, paragraphs(tt.text)); diff != "" {
				t.Errorf("paragraphs(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestDurationsInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second:                           "1 second",
		90 * time.Second:                      "1 minute 30 seconds",
		2 * time.Minute:                       "2 minutes",
		time.Hour:                             "1 hour",
		2*time.Hour + 5*time.Minute:           "2 hours 5 minutes",
		59*time.Second + 600*time.Millisecond: "1 minute",
	} {
		if got := inWords(d); got != want {
			t.Errorf("inWords(%v) = %q, want %q", d, got, want)
		}
	}
}
