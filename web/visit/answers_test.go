package visit_test

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

	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/catalogue"
	"vmstudy/web/questions"
)

// asked returns a participant who is at the given instrument about a trial, and its page.
func asked(t *testing.T, instrument string) (*webtest.Person, webtest.Answer) {
	t.Helper()
	d := studytest.OneTrial()
	d.Instruments = []string{instrument}
	p := webtest.NewPerson(t, d)
	p.Begin()
	return p, p.Walk(study.StepRate, nil)
}

func TestEveryInstrumentIsShownWithNothingChosen(t *testing.T) {
	for _, q := range questionnaire.Named() {
		t.Run(q.ID, func(t *testing.T) {
			p, a := asked(t, q.ID)
			p.Wants(a, 200, q.Title.String())
			if chosen := webtest.All(a.Page, "", "checked"); len(chosen) > 0 {
				t.Errorf("%d answers are chosen before anyone chose", len(chosen))
			}
			for _, it := range q.Questions() {
				p.Wants(a, 200, it.Text.String())
				wantsMarks(p, a.Page, it)
			}
		})
	}
}

// wantsMarks fails the test unless the marks of an item differ both in what they show and in what
// screen readers read.
func wantsMarks(p *webtest.Person, page *html.Node, it instrument.Item) {
	p.T.Helper()
	switch {
	case it.Kind == instrument.Text:
		p.One(page, "textarea", "name="+it.ID)
		return
	case it.Kind == instrument.Analogue:
		if field := p.One(page, "input", "name="+it.ID); webtest.Attr(field, "value") != "" {
			p.T.Errorf("item %s begins with %s", it.ID, webtest.Attr(field, "value"))
		}
		if at := webtest.All(page, "li", "data-at"); len(at) != len(it.Options) {
			p.T.Errorf("item %s has %d labels beside its line, want %d", it.ID, len(at), len(it.Options))
		}
		return
	}
	marks := webtest.All(page, "input", "name="+it.ID)
	want := questions.MarksOf(catalogue.English, it)
	if len(marks) != len(want) {
		p.T.Fatalf("item %s has %d marks, want %d", it.ID, len(marks), len(want))
	}
	for _, o := range want {
		at := slices.IndexFunc(marks, func(m *html.Node) bool { return webtest.Attr(m, "value") == o.Value }) // in any order: that of options may be shuffled
		if at < 0 {
			p.T.Fatalf("item %s offers no %s", it.ID, o.Value)
		}
		mark := marks[at]
		shown, spoken := webtest.Text(mark.Parent), webtest.Attr(mark, "aria-label")
		if it.Numeric() && len(it.Options) > 0 {
			shown = strings.TrimPrefix(shown, o.Value+" ") // the number stands before the label
		}
		if spoken == "" {
			spoken = shown // screen readers read the label around it
		}
		if webtest.Attr(mark, "type") != "radio" || spoken != o.Spoken || shown != o.Label {
			p.T.Errorf("item %s, mark %s: shows %q, speaks %q, want %+v", it.ID, o.Value, shown, spoken, o)
		}
	}
}

// A study may ask questions of its own, of every kind.
func TestQuestionsOfTheStudyAreAskedCheckedAndStored(t *testing.T) {
	d := studytest.OneTrial()
	own := webtest.EveryKind()
	completed, method := true, d.Methods[0].Level()
	own.Items = append(own.Items,
		instrument.Item{ID: "after", Text: study.Plain("Asked of those who were done"), Kind: instrument.ShortText, Limit: 9, ShownIf: []instrument.When{{Completed: &completed, Methods: []string{method}}}},
		instrument.Item{ID: "never", Text: study.Plain("Asked after another method"), Kind: instrument.ShortText, Limit: 9, ShownIf: []instrument.When{{Methods: []string{"telepathy"}}}},
	)
	d.Questionnaires, d.Instruments = []instrument.Instrument{own}, []string{own.ID}
	p := webtest.NewPerson(t, d)
	p.Begin()
	a := p.Walk(study.StepRate, nil)
	done := p.Session().Trials[0].Last().Outcome == study.Completed
	p.Wants(a, 200, own.Items[0].Text.String())
	if strings.Contains(webtest.Text(a.Page), "another method") {
		t.Error("a question is shown after a method that it is not about")
	}
	if strings.Contains(webtest.Text(a.Page), "those who were done") != done {
		t.Errorf("completed: %v, and the page says %s", done, webtest.Text(a.Page))
	}
	f := p.Fill(a.Page)
	for _, q := range own.Questions() {
		f.Fields.Del(q.ID)
	}
	p.Wants(p.Submit(f), 422, "questions still need an answer.")
	sent := url.Values{
		"calm": {"0"}, "quality": {"3"}, "haste": {"45"}, "pain": {"33"}, "effort": {"57"}, "hand": {instrument.Withheld}, "why": {"loud", "slow"}, "noise": {"a hum"},
		"years": {" 41 "}, "quick": {"1"}, "again": {"5"}, "clear": {"-3"}, "leading": {"3"}, "late": {"0"}, "never": {"mind"},
	}
	if done {
		sent.Set("after", "yes")
	}
	f.Fields.Set("calm", "11")
	for name, values := range sent {
		if name != "calm" {
			f.Fields[name] = values
		}
	}
	bad := p.Submit(f)
	p.Wants(bad, 422, "One question still needs an answer.")
	if got := webtest.Attr(p.One(bad.Page, "input", "id=pain"), "value"); got != "33" {
		t.Errorf("the line comes back with %q", got)
	}
	f.Fields.Set("calm", "0")
	p.WantsRedirect(p.Submit(f), p.Visit())
	ratings, err := p.Store.Ratings(t.Context(), p.Session().ID)
	p.Must(err)
	got := map[string]string{}
	for _, a := range ratings[p.Session().Trials[0].ID][0].Answers {
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
	shown := func(a webtest.Answer) (names []string) {
		for _, e := range webtest.All(a.Page, "input", "type=radio") {
			names = append(names, webtest.Attr(e, "name")+"="+webtest.Attr(e, "value"))
		}
		return names
	}
	first := shown(a)
	if diff := cmp.Diff(first, shown(p.Get(p.Visit()))); diff != "" {
		t.Errorf("the page comes again in another order:\n%s", diff)
	}
	p.WantsRedirect(p.Submit(p.Fill(a.Page)), p.Visit())
	ratings, err := p.Store.Ratings(t.Context(), p.Session().ID)
	p.Must(err)
	answers := ratings[p.Session().Trials[0].ID][0].Answers
	if len(answers) != 16 {
		t.Fatalf("%d answers, want those to 15 pairs and their order", len(answers))
	}
	order, err := instrument.ParseOrder(answers[15].Value)
	p.Must(err)
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
	f := p.Fill(a.Page)
	for i, item := range []string{"mental_demand", "temporal_demand", "performance", "frustration"} {
		f.Fields.Set(item, fmt.Sprint(25*i))
	}
	f.Fields.Del("physical_demand")
	f.Fields.Set("effort", "1000000") // larger than the last mark
	bad := p.Submit(f)
	p.Wants(bad, 422, "2 questions still need an answer.")

	var marked []string
	for _, e := range webtest.All(bad.Page, "fieldset", "aria-invalid=true") {
		marked = append(marked, webtest.Attr(e, "aria-describedby"))
	}
	want := []string{"physical_demand-fault physical_demand-help", "effort-fault effort-help"}
	if diff := cmp.Diff(want, marked); diff != "" {
		t.Errorf("marked questions (-want +got):\n%s", diff)
	}
	var chosen []string
	for _, e := range webtest.All(bad.Page, "input", "checked") {
		chosen = append(chosen, webtest.Attr(e, "name")+" "+webtest.Attr(e, "value"))
	}
	want = []string{"mental_demand 0", "temporal_demand 25", "performance 50", "frustration 75"}
	if diff := cmp.Diff(want, chosen); diff != "" {
		t.Errorf("answers still on the page (-want +got):\n%s", diff)
	}
	if v := p.Session(); len(v.Trials[0].Rated) > 0 {
		t.Errorf("half an instrument was stored: %v", v.Trials[0].Rated)
	}

	f = p.Fill(bad.Page)
	f.Fields.Set("effort", "100")
	p.WantsRedirect(p.Submit(f), p.Visit())
	if step := p.Session().Step(); step.Kind != study.StepEnd {
		t.Errorf("the participant stands at %s", step.Kind)
	}
}

func TestWhatIsWrittenCannotBecomeMarkup(t *testing.T) {
	p, a := asked(t, "remarks")
	f := p.Fill(a.Page)
	words := "</textarea><script>alert(1)</script>" + strings.Repeat("x", 2000)
	f.Fields.Set("remarks", words)
	bad := p.Submit(f)
	p.Wants(bad, 422, "Please shorten this to 2,000 characters.")
	if got := webtest.Text(p.One(bad.Page, "textarea", "")); got != words {
		t.Errorf("the page gives back %q", got)
	}
}

// gone is an error of a database that cannot be reached.
type gone struct{}

func (gone) Error() string   { return "connection refused" }
func (gone) Temporary() bool { return true }

// tiredStore is a store that cannot be reached for a while.
type tiredStore struct {
	web.Store
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
	tired := &tiredStore{Store: p.Lab.Store, err: gone{}}
	p.Serve(func(c *web.Config) { c.Store = tired })
	f := p.Fill(a.Page)
	f.Fields.Set("remarks", "I liked it.")
	failed := p.Submit(f)
	p.Wants(failed, 503, "The database is away for a moment.")
	p.Wants(failed, 503, "I liked it.")
	tired.err = nil
	p.WantsRedirect(p.Submit(f), p.Visit())
}

func TestQuestionsAboutThePersonAreAskedUntilAnswered(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	a := p.Walk(study.StepAbout, nil)
	p.Wants(p.Post(p.Visit()+"/answers", url.Values{"instrument": {"about"}, "age_band": {"25_34"}}), 422, "One question still needs an answer.")
	p.WantsRedirect(p.Post(p.Visit()+"/answers", url.Values{"instrument": {"tlx"}}), p.Visit())
	if step := p.Session().Step(); step.Kind != study.StepAbout {
		t.Fatalf("the participant stands at %s", step.Kind)
	}
	p.WantsRedirect(p.Submit(p.Fill(a.Page)), p.Visit())
	ratings, err := p.Store.Ratings(t.Context(), p.Session().ID)
	p.Must(err)
	if len(ratings[0]) != 1 || len(ratings[0][0].Answers) != 2 {
		t.Errorf("about the person is known %v", ratings[0])
	}
}
