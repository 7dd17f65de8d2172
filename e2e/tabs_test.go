package e2e

import (
	"iter"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"vmstudy/studytest"
)

// Two people share a browser, each in a tab, and take turns at every step and within their tasks.
// At the end each has all of their own data, and nothing of the other's.
func TestTwoPeopleInTwoTabsDoAWholeStudy(t *testing.T) {
	t.Parallel() // it waits most of the time, and times nothing
	rounds := studytest.Times(t, "STUDYCTL_TEST_TABS", 1)
	methods := []string{"vnc", "stream", "local"}
	if rounds == 1 {
		methods = methods[2:]
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))

	s := newServer(t)
	lab := newExperimenter(t, s)
	lab.layOut(methods...)
	var all []*sharer
	for range rounds {
		pair := sharers(t, s, lab)
		takeTurns(chance, pair)
		all = append(all, pair...)
	}
	lab.goTo(s.url(lab.study))
	data := unzip(t, lab.fetch(lab.study+"/download"))
	keys := 0
	for _, p := range all {
		keys += p.check(data, len(methods))
	}
	for _, page := range data["pages.csv"] {
		if page["rows_lost"] != "0" {
			t.Errorf("page %s lost %s rows", page["page"], page["rows_lost"])
		}
	}
	t.Logf("soak: %d pairs of people at one browser, %d trials, %d keys, %d answers", rounds, len(data["trials.csv"]), keys, len(data["responses.csv"]))
}

// sharer is a participant who shares a browser.
type sharer struct {
	*participant
	code string
	keys int // the number of keys that they pressed
}

// sharers returns two new participants, each in a tab of one browser. They will give different
// answers.
func sharers(t *testing.T, s *server, lab *experimenter) (pair []*sharer) {
	t.Helper()
	shared := newBrowser(t)
	for i := range 2 {
		link := lab.invite()
		p := &sharer{participant: &participant{browser: shared.newTab(), server: s, link: link, mark: 1 + i}}
		p.code = read[string](lab.browser, `document.querySelector("tbody tr:last-child").innerText.match(/P[0-9]+/)[0]`)
		pair = append(pair, p)
	}
	return pair
}

// newTab opens another tab in b's browser. Both tabs have the same cookies and the same storage for
// pages.
func (b *browser) newTab() *browser {
	b.t.Helper()
	tab, cancel := chromedp.NewContext(b.tab)
	b.t.Cleanup(cancel)
	other := &browser{t: b.t, tab: tab}
	other.begin()
	return other
}

// takeTurns lets people act one at a time, in random order, until all have come to the end.
func takeTurns(chance *rand.Rand, people []*sharer) {
	var turns []func() (struct{}, bool)
	for _, p := range people {
		next, stop := iter.Pull(p.acts())
		defer stop()
		turns = append(turns, next)
	}
	for len(turns) > 0 {
		i := chance.IntN(len(turns))
		if _, more := turns[i](); !more {
			turns = append(turns[:i], turns[i+1:]...)
		}
	}
}

// acts takes part from the link to the end. It yields before each step, and after every few letters
// of a task, so that the other person can have a turn.
func (p *sharer) acts() iter.Seq[struct{}] {
	return func(yield func(struct{}) bool) {
		turn := func() bool {
			if !yield(struct{}{}) {
				return false
			}
			p.comeForward()
			return true
		}
		p.comeForward()
		p.enter()
		for turn() {
			switch p.step() {
			case "end":
				return
			case "desktop":
				p.await(desktopThere)
				if !p.typeInPieces(turn) {
					return
				}
				p.save()
				p.keys += 2 // Ctrl and S
				p.await(`document.readyState === "complete" && !document.querySelector(".desktop")`)
			case "answers":
				p.answer()
			default:
				p.act(`document.querySelector("main form[action^='/visit/']:not([action$='/language'])").requestSubmit()`)
			}
		}
	}
}

func (p *sharer) comeForward() {
	p.t.Helper()
	if _, err := chromedp.Call(p.tab, page.BringToFront, cdp.Empty{}); err != nil {
		p.t.Fatal(err)
	}
}

// typeInPieces types what the task asks for, and calls turn after each piece. In each piece p also
// presses Shift p.mark-1 times, so that the two people press different numbers of keys.
func (p *sharer) typeInPieces(turn func() bool) bool {
	text := p.wanted()
	for len(text) > 0 {
		n := min(len(text), 6)
		p.typeText(text[:n])
		p.keys += n
		for _, r := range text[:n] {
			if r >= 'A' && r <= 'Z' {
				p.keys++
			}
		}
		for range p.mark - 1 {
			shift := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Shift", Code: "ShiftLeft", WindowsVirtualKeyCode: 16, NativeVirtualKeyCode: 16}
			p.key(shift)
			shift.Type = input.DispatchKeyEventTypeKeyUp
			p.key(shift)
			p.keys++
		}
		if text = text[n:]; !turn() {
			return false
		}
	}
	return true
}

// check compares the data of one person with what they did, and returns how many keys they pressed.
func (p *sharer) check(data map[string]table, trials int) int {
	p.t.Helper()
	of := func(file string) table { return data[file].where("participant", p.code) }
	if got := len(of("trials.csv").where("state", "finished").where("outcome", "completed")); got != trials+1 || got != len(of("trials.csv")) {
		p.t.Errorf("%s: %d of %d attempts were completed, want practice and %d", p.code, got, len(of("trials.csv")), trials)
	}
	if got := len(of("interactions.csv").where("kind", "key")); got != p.keys {
		p.t.Errorf("%s: %d keys are on record, and %d were pressed", p.code, got, p.keys)
	}
	for instrument, want := range map[string]string{
		"satisfaction": strconv.Itoa(1 + p.mark), "annoyance": strconv.Itoa(1 + p.mark), "tlx": strconv.Itoa(5 * p.mark),
	} {
		answers := of("responses.csv").where("instrument", instrument)
		if own := answers.where("value", want); len(own) != len(answers) || len(own) < trials {
			p.t.Errorf("%s: %d answers of %s, of which %d are the %s that they chose", p.code, len(answers), instrument, len(own), want)
		}
	}
	if about := of("responses.csv").where("instrument", "about").where("value", []string{"", "few", "monthly"}[p.mark]); len(about) != 1 {
		p.t.Errorf("%s: %d answers about the person are theirs", p.code, len(about))
	}
	return p.keys
}
