package visit_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// onOneLine is JavaScript that checks the scales of a page: the marks of each scale must be in one
// row or column, their areas must be at least 24 pixels wide and high for a finger, and a click
// anywhere in an area must choose its mark.
const onOneLine = `[...document.querySelectorAll(".ticks, .scale")].every(scale => {
	scale.scrollIntoView({block: "center"});
	const fields = [...scale.querySelectorAll("input")].map(e => ({e, at: e.getBoundingClientRect()}));
	const hits = (e, at) => [0.15, 0.35, 0.5, 0.65, 0.85].every(part => [0.1, 0.5, 0.9].every(down =>
		document.elementFromPoint(at.x + part * at.width, at.y + down * at.height).closest("label") === e.parentElement));
	const beside = fields.every(({at}) => at.top === fields[0].at.top);
	return fields.length > 0 && fields.every(({e, at}) =>
		(beside ? at.height >= 44 : at.left === fields[0].at.left) && at.height >= 24 && at.width >= 24 &&
		at.left >= 0 && at.right <= document.documentElement.clientWidth && hits(e, at));
})`

// sit opens a page in a real browser that has p's cookies.
func sit(p *webtest.Person, path string) context.Context {
	p.T.Helper()
	p.Login = p.Browser.Cookies(&url.URL{Scheme: "http", Host: "example.com", Path: path})[0]
	return p.Browse(path)
}

func TestScalesServeFingersAndKeysAtEveryWidth(t *testing.T) {
	t.Parallel()
	for instrument, second := range map[string]string{"tlx": "5", "satisfaction": "2"} {
		t.Run(instrument, func(t *testing.T) {
			t.Parallel()
			p, _ := asked(t, instrument)
			ctx := sit(p, p.Visit())
			for _, width := range []int64{1366, 390, 375} {
				p.Must(chromedp.Do(ctx, chromedp.EmulateViewport(width, 844)))
				p.Eventually(ctx, onOneLine)
				p.Eventually(ctx, webtest.NoWider)
			}

			// Only by keyboard: Tab goes to the next scale, an arrow key to the next mark.
			p.Eventually(ctx, `document.querySelector(":checked") === null`)
			p.Act(ctx, `document.querySelector(".questions input[type=radio]").focus()`)
			for range scales(p) {
				p.Must(chromedp.Do(ctx, chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Tab)))
			}
			p.Eventually(ctx, `document.activeElement.textContent.trim() === "Continue"`)
			_, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter))
			p.Must(err)

			ratings, err := p.Store.Ratings(t.Context(), p.Session().ID)
			p.Must(err)
			stored := ratings[p.Session().Trials[0].ID]
			if len(stored) != 1 {
				t.Fatalf("stored are the ratings %v, want one", stored)
			}
			for _, a := range stored[0].Answers {
				if a.Value != second {
					t.Errorf("%s was answered with %s, want the second mark, %s", a.Item, a.Value, second)
				}
			}
		})
	}
}

// scales returns how many scales p's present page has.
func scales(p *webtest.Person) int {
	return len(webtest.All(p.Get(p.Visit()).Page, "fieldset", "class=question"))
}

func TestScalesKnowTheKeysOfSliders(t *testing.T) {
	t.Parallel()
	for instrument, tt := range map[string]struct {
		keys string   // as in chromedp/kb, after a click on the first mark
		want []string // after each key
	}{
		"tlx":          {kb.End + kb.Home + kb.PageUp + kb.PageUp + kb.PageDown + "7" + "0" + "x", []string{"100", "0", "25", "50", "25", "70", "0", "0"}},
		"satisfaction": {kb.End + kb.Home + kb.PageUp + kb.PageDown + "4" + "9" + "0", []string{"7", "1", "3", "1", "4", "4", "4"}},
	} {
		t.Run(instrument, func(t *testing.T) {
			t.Parallel()
			p, _ := asked(t, instrument)
			ctx := sit(p, p.Visit())
			p.Act(ctx, `document.querySelector(".questions input[type=radio]").click()`)
			p.Act(ctx, `document.querySelector(".questions input[type=radio]").focus()`)
			for i, key := range []rune(tt.keys) {
				p.Must(chromedp.Do(ctx, chromedp.KeyEvent(string(key))))
				p.Eventually(ctx, `document.querySelector(".question :checked").value === "`+tt.want[i]+`"`)
				p.Eventually(ctx, `document.activeElement === document.querySelector(".question :checked")`)
			}
			p.Eventually(ctx, `document.querySelectorAll(":checked").length === 1`)
		})
	}
}

func TestAPhoneIsToldThatATaskNeedsAComputer(t *testing.T) {
	t.Parallel()
	p := webtest.NewPerson(t, studytest.OneTrial())
	p.Begin()
	p.Walk(study.StepBrief, nil)
	ctx := sit(p, p.Visit())
	const told = `[...document.querySelectorAll(".nokeyboard")].some(e => e.getBoundingClientRect().height > 0)`
	p.Eventually(ctx, "!("+told+")")
	p.Must(chromedp.Do(ctx, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch)))
	p.Eventually(ctx, told)
}
