package web

import (
	"context"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

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

// noWider is JavaScript that is true if the page does not scroll sideways. offsetWidth is the width
// with the place of a scrollbar.
const noWider = `document.documentElement.scrollWidth <= document.body.offsetWidth`

// sit opens a page in a real browser that has p's cookies.
func (p *person) sit(path string) context.Context {
	p.t.Helper()
	p.login = p.browser.Cookies(&url.URL{Scheme: "http", Host: "example.com", Path: path})[0]
	return p.browse(path)
}

func TestScalesServeFingersAndKeysAtEveryWidth(t *testing.T) {
	t.Parallel()
	for instrument, second := range map[string]string{"tlx": "5", "satisfaction": "2"} {
		t.Run(instrument, func(t *testing.T) {
			t.Parallel()
			p, _ := asked(t, instrument)
			ctx := p.sit(p.visit())
			for _, width := range []int64{1366, 390, 375} {
				p.must(chromedp.Do(ctx, chromedp.EmulateViewport(width, 844)))
				p.eventually(ctx, onOneLine)
				p.eventually(ctx, noWider)
			}

			// Only by keyboard: Tab goes to the next scale, an arrow key to the next mark.
			p.eventually(ctx, `document.querySelector(":checked") === null`)
			p.act(ctx, `document.querySelector(".questions input[type=radio]").focus()`)
			for range p.scales() {
				p.must(chromedp.Do(ctx, chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Tab)))
			}
			p.eventually(ctx, `document.activeElement.textContent.trim() === "Continue"`)
			_, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter))
			p.must(err)

			ratings, err := p.store.Ratings(t.Context(), p.session().ID)
			p.must(err)
			stored := ratings[p.session().Trials[0].ID]
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
func (p *person) scales() int {
	return len(all(p.get(p.visit()).page, "fieldset", "class=question"))
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
			ctx := p.sit(p.visit())
			p.act(ctx, `document.querySelector(".questions input[type=radio]").click()`)
			p.act(ctx, `document.querySelector(".questions input[type=radio]").focus()`)
			for i, key := range []rune(tt.keys) {
				p.must(chromedp.Do(ctx, chromedp.KeyEvent(string(key))))
				p.eventually(ctx, `document.querySelector(".question :checked").value === "`+tt.want[i]+`"`)
				p.eventually(ctx, `document.activeElement === document.querySelector(".question :checked")`)
			}
			p.eventually(ctx, `document.querySelectorAll(":checked").length === 1`)
		})
	}
}

func TestAPhoneIsToldThatATaskNeedsAComputer(t *testing.T) {
	t.Parallel()
	p := newPerson(t, studytest.OneTrial())
	p.begin()
	p.walk(study.StepBrief, nil)
	ctx := p.sit(p.visit())
	const told = `[...document.querySelectorAll(".nokeyboard")].some(e => e.getBoundingClientRect().height > 0)`
	p.eventually(ctx, "!("+told+")")
	p.must(chromedp.Do(ctx, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch)))
	p.eventually(ctx, told)
}
