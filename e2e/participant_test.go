package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// The sentences that the tasks of the demo appliance ask for.
const (
	practiceText = "Hello there"
	sentence     = "The quick brown fox jumps over the lazy dog."
)

// participant is a person who takes part in a browser.
type participant struct {
	*browser
	server *server
	link   string
	mark   int // the mark that they choose on every scale, counted from 0
}

// newParticipant opens a personal link and presses the button on its page.
func newParticipant(t *testing.T, s *server, link string) *participant {
	t.Helper()
	p := &participant{browser: newBrowser(t), server: s, link: link, mark: 1}
	p.enter()
	return p
}

func (p *participant) enter() {
	p.t.Helper()
	p.goTo(p.server.url(p.link))
	p.picture("welcome")
	p.act(`document.querySelector("form[action$='/begin']").requestSubmit()`)
}

// step returns the step that the page shows: the last part of its form's address.
func (p *participant) step() string {
	p.t.Helper()
	return read[string](p.browser, `document.querySelector(".desktop") ? "desktop"
		: document.querySelector("main form[action^='/visit/']:not([action$='/language'])")?.getAttribute("action").split("/").pop() ?? "end"`)
}

// takePart does every step until the end, or until stop returns true for the next step.
func (p *participant) takePart(stop func(step string) bool) {
	p.t.Helper()
	for {
		step := p.step()
		p.picture(step)
		if stop(step) {
			return
		}
		switch step {
		case "end":
			return
		case "desktop":
			p.work()
		case "answers":
			p.answer()
		default:
			p.act(`document.querySelector("main form[action^='/visit/']:not([action$='/language'])").requestSubmit()`)
		}
	}
}

// answer chooses the mark p.mark on every scale, types a number where one is asked for, and submits the form.
func (p *participant) answer() {
	p.t.Helper()
	p.act(fmt.Sprintf(`(() => {
		const names = new Set([...document.querySelectorAll("input[type=radio]")].map((i) => i.name));
		for (const n of names) document.querySelectorAll('input[name="' + n + '"]')[%d].click();
		for (const n of document.querySelectorAll("form.questions input[inputmode=decimal]")) n.value = "7";
		document.querySelector("form.questions").requestSubmit();
	})()`, p.mark))
}

// desktopThere is a JavaScript expression that is true when the participant may work.
const desktopThere = `document.querySelector(".desktop")?.dataset.state === "running"
	&& document.activeElement?.tagName === "CANVAS" && !document.querySelector("[data-ask=give-up]").disabled`

// work types the sentence that the task asks for, saves, and waits until the desktop closes.
func (p *participant) work() {
	p.t.Helper()
	p.await(desktopThere)
	p.typeText(p.wanted())
	p.picture("typed")
	p.save()
	p.await(`document.readyState === "complete" && !document.querySelector(".desktop")`)
}

// wanted returns the text that the task asks for.
func (p *participant) wanted() string {
	p.t.Helper()
	if read[bool](p.browser, `document.querySelector(".strip .practice") !== null`) {
		return practiceText
	}
	return sentence
}

// uncovered is a JavaScript expression that is true while the desktop is not covered, as it is when its machine is held.
const uncovered = `document.querySelector("[data-loading]").hidden`

// typeText clicks into the editor and types text. It presses each key only after the letter of the
// key before can be seen.
func (p *participant) typeText(text string) {
	p.t.Helper()
	p.await(uncovered)
	p.do(chromedp.MouseClickXY(683, 600))
	for _, r := range text {
		before := p.look()
		p.press(r)
		p.await(look + ` !== "` + before + `"`)
	}
}

// look is a JavaScript expression. It computes a digest of the editor's first lines on the screen.
const look = `(() => {
	const c = document.querySelector("canvas");
	const data = new Uint32Array(c.getContext("2d").getImageData(0, 50, c.width, 60).data.buffer);
	let h = 0;
	for (const p of data) h = (h * 31 + p) | 0;
	return String(h);
})()`

func (p *participant) look() string {
	p.t.Helper()
	return read[string](p.browser, look)
}
