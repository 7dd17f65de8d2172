package questions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study/instrument"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/questions"
	"vmstudy/web/static"
	"vmstudy/web/view"
)

// A sheet is an instrument in a browser's tab, as participants see it, without a visit around it.
type sheet struct {
	t      *testing.T
	tab    context.Context
	tongue catalogue.Tongue // of the page; the zero Tongue speaks English
}

// newSheet opens webtest.EveryKind.
func newSheet(t *testing.T) *sheet {
	t.Helper()
	s := &sheet{t: t, tab: webtest.NewTab(t, 2*time.Minute)}
	s.opens(webtest.EveryKind(), "", questions.Filled{})
	return s
}

// opens serves an instrument as somebody has filled it in, with a sentence at the top of its page, and opens it.
func (s *sheet) opens(q instrument.Instrument, say string, filled questions.Filled) {
	s.t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.StripPrefix("/static/", static.Handler()))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", page.Policy)
		p := view.Page{Title: q.Title.String(), Styles: []string{"visit.css"}, Step: "1/rate/1/1/" + q.ID, Scripts: []string{"visit/unsent.js", "visit/points.js", "visit/questions.js"}}
		m := view.Questions{Title: q.Title.String(), Intro: q.Intro.String(), Items: questions.Items(s.tongue, q, instrument.Situation{}, filled)}
		if err := view.QuestionsPage(p, view.Step{Total: 1, Say: say}, m).Render(catalogue.Hear(r.Context(), s.tongue), w); err != nil {
			s.t.Error(err)
		}
	})
	server := httptest.NewServer(mux)
	s.t.Cleanup(server.Close)
	s.do(chromedp.Navigate(server.URL))
}

func (s *sheet) do(a chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	if err := chromedp.Do(s.tab, a); err != nil {
		s.t.Fatal(err)
	}
}

// is evaluates JavaScript.
func is[T any](s *sheet, js string) T {
	s.t.Helper()
	v, err := chromedp.Run(s.tab, chromedp.Evaluate[T](js))
	if err != nil {
		s.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// press focuses an element and presses keys.
func (s *sheet) press(selector string, keys ...string) {
	s.t.Helper()
	is[bool](s, fmt.Sprintf(`(document.querySelector(%q).focus(), true)`, selector))
	for _, k := range keys {
		s.do(chromedp.KeyEvent(k))
	}
}

// given returns what the form would send.
func (s *sheet) given() url.Values {
	s.t.Helper()
	text := is[string](s, `JSON.stringify([...new FormData(document.querySelector("form"))].filter(([name, value]) => value && !["trial", "attempt", "instrument"].includes(name)))`)
	var pairs [][2]string
	if err := json.Unmarshal([]byte(text), &pairs); err != nil {
		s.t.Fatal(err)
	}
	given := url.Values{}
	for _, p := range pairs {
		given.Add(p[0], p[1])
	}
	return given
}

func (s *sheet) wants(name string, want ...string) {
	s.t.Helper()
	if got := s.given()[name]; !slices.Equal(got, want) {
		s.t.Errorf("%s is %v, want %v", name, got, want)
	}
}

func TestAScaleIsMirroredWhereOneReadsFromRightToLeft(t *testing.T) {
	t.Parallel()
	s := &sheet{t: t, tab: webtest.NewTab(t, 2*time.Minute), tongue: catalogue.In(catalogue.PseudoRTL)}
	s.opens(webtest.EveryKind(), "", questions.Filled{})
	if got := is[string](s, `document.documentElement.dir + " " + document.documentElement.lang`); got != "rtl qps-Arab" {
		t.Errorf("the page is %q", got)
	}
	for _, name := range []string{"calm", "haste", "quick"} {
		left := is[float64](s, fmt.Sprintf(`(() => { const all = [...document.querySelectorAll("[name=%s]")]; return all[1].getBoundingClientRect().left - all[0].getBoundingClientRect().left; })()`, name))
		if left >= 0 {
			t.Errorf("the second point of %s stands %v px to the right of the first", name, left)
		}
	}
	s.press("[name=calm]", kb.Home, kb.ArrowLeft, kb.ArrowLeft)
	s.wants("calm", "2")
	s.press("[name=calm]:checked", kb.ArrowRight)
	s.wants("calm", "1")
	s.press("#pain-line", kb.Home, kb.ArrowLeft, kb.ArrowLeft, kb.ArrowRight)
	s.wants("pain", "1")
	if wide := is[int](s, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		t.Errorf("the page is %d px wider than the window", wide)
	}
}

func TestEveryKindOfQuestionIsAnsweredByKeyboard(t *testing.T) {
	t.Parallel()
	s := newSheet(t)
	if given := s.given(); len(given) > 0 {
		t.Fatalf("before anybody answered the form has %v", given)
	}
	s.press("[name=calm]", kb.End)
	s.wants("calm", "10")
	s.press("[name=calm]", kb.Home, kb.PageUp)
	s.wants("calm", "3")
	s.press("[name=quality]", "3")
	s.wants("quality", "3")
	s.press("[name=haste]", "5", kb.ArrowRight)
	s.wants("haste", "55")
	s.press("#pain-line", kb.End)
	s.wants("pain", "100")
	s.press("#pain-line", kb.Home, kb.ArrowRight, kb.ArrowRight)
	s.wants("pain", "2")
	s.press("#pain-line", kb.PageUp, kb.PageDown)
	s.wants("pain", "2")
	s.press("#effort-line", "5")
	s.wants("effort", "75")
	if spoken := is[string](s, `document.querySelector("#effort-line").getAttribute("aria-valuetext")`); spoken != "75, Rather much" {
		t.Errorf("the line speaks %q", spoken)
	}
	s.press("[name=hand][value=both]", " ")
	s.wants("hand", "both")
	s.press("[name=years]", "4", "1")
	s.wants("years", "41")
	s.press("[name=quick]", "2")
	s.wants("quick", "2")
	s.press("[name=clear]", "7") // the seventh point, since no numbers are shown
	s.wants("clear", "3")
	s.press("[name=late]", kb.End)
	s.wants("late", "2")
}

func TestQuestionsComeAndGoWithAnswers(t *testing.T) {
	t.Parallel()
	s := newSheet(t)
	hidden := func() bool { return is[bool](s, `document.querySelector("#noise").closest(".question").hidden`) }
	if !hidden() {
		t.Error("a question is shown before its conditions hold")
	}
	s.press("[name=why][value=loud]", " ")
	s.press("[name=calm]", "3")
	if hidden() {
		t.Error("the conditions hold, and the question is not shown")
	}
	s.press("#noise", "a", "b")
	s.press("[name=why][value=none]", " ")
	s.wants("why", "none")
	if !hidden() {
		t.Error("the conditions hold no longer, and the question is shown")
	}
	s.press("[name=why][value=slow]", " ")
	s.wants("why", "slow")
	s.press("[name=why][value=loud]", " ")
	s.wants("why", "slow", "loud")
	s.wants("noise", "ab")
	s.press("[name=years][type=checkbox]", " ")
	s.press("#years", "4")
	s.wants("years", "4") // who writes a number answers after all
}

func TestAnAnswerThatIsNotNeededIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newSheet(t)
	const offered = `[...document.querySelectorAll("[data-clear]")].filter((e) => !e.hidden).length`
	if n := is[int](s, offered); n != 0 {
		t.Errorf("%d answers can be taken back before there is any", n)
	}
	s.press("[name=haste]", "5")
	s.wants("haste", "50")
	if n := is[int](s, offered); n != 1 {
		t.Errorf("%d answers can be taken back, want 1", n)
	}
	s.press("[data-clear]:not([hidden])", " ")
	s.wants("haste")
	s.do(chromedp.Reload())
	s.wants("haste")
}

func TestLinesAndChoicesSurviveAReload(t *testing.T) {
	t.Parallel()
	s := newSheet(t)
	s.press("#pain-line", "7")
	s.press("[name=why][value=loud]", " ")
	s.press("[name=why][value=slow]", " ")
	s.press("[name=calm]", "0")
	s.press("#noise", "h", "u", "m")
	s.press("[name=leading]", "1")
	want := s.given()
	s.do(chromedp.Reload())
	got := s.given()
	if fmt.Sprint(got) != fmt.Sprint(want) || len(want) != 5 {
		t.Errorf("after a reload the form has %v, want %v", got, want)
	}
	if shown := is[string](s, `document.querySelector("#pain-line").value + document.querySelector("#pain-line").className + document.querySelector("#noise").closest(".question").hidden`); shown != "70false" {
		t.Errorf("the line and the question that depends are %q", shown)
	}
}

// What a finger has to hit is at least 24 px wide and high, and no page is wider than the window.
func TestMarksAreLargeEnoughForFingers(t *testing.T) {
	t.Parallel()
	faulty := questions.Filled{Faults: map[string]string{"quick": "Please answer this question.", "effort": "Please answer this question."}}
	s := &sheet{t: t, tab: webtest.NewTab(t, 3*time.Minute)}
	for _, q := range append(questionnaire.All(), webtest.EveryKind()) {
		if len(q.Items) > 10 && q.ID != "every" && os.Getenv(webtest.Pictures) == "" {
			continue // more of the same
		}
		s.opens(q, "2 questions still need an answer.", faulty)
		webtest.EachLook(t, s.tab, "questionnaire-"+q.ID, func(look webtest.PageLook) {
			if small := is[string](s, tooSmall); small != "" {
				t.Errorf("%s at %s: %s", q.ID, look, small)
			}
		})
	}
}

const tooSmall = `[
	...[...document.querySelectorAll("label:has(input), #pain-line")].filter((e) => e.offsetParent).map((e) => [e, e.getBoundingClientRect()])
		.filter(([e, r]) => r.width < 24 || r.height < 24).map(([e, r]) => (e.id || e.firstElementChild.name) + " is " + r.width + " x " + r.height),
	...(document.documentElement.scrollWidth > innerWidth ? ["the page is " + document.documentElement.scrollWidth + " wide"] : []),
].join("; ")`
