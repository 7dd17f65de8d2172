package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// experimenter is a person who designs a study in a browser.
type experimenter struct {
	*browser
	server *server
	study  string // path of the study's page
}

func newExperimenter(t *testing.T, s *server) *experimenter {
	t.Helper()
	e := &experimenter{browser: newBrowser(t), server: s}
	e.goTo(s.url("/lab"))
	e.fill("#name", "ada")
	e.fill("#password", password)
	e.act(`document.querySelector("form.narrow").requestSubmit()`)
	return e
}

// fill sets the value of a field and fires the DOM events that typing fires.
func (b *browser) fill(selector, value string) {
	b.t.Helper()
	read[bool](b, fmt.Sprintf(`(f => { f.value = %q; f.dispatchEvent(new Event("input", {bubbles: true})) })(document.querySelector(%q)), true`, value, selector))
}

// choose sets a checkbox.
func (b *browser) choose(selector string, on bool) {
	b.t.Helper()
	read[bool](b, fmt.Sprintf(`(f => { if (f.checked !== %t) f.click() })(document.querySelector(%q)), true`, on, selector))
}

// layOut makes and publishes a study with one task, typing, with the given methods, on one network
// of 7.2 Mbps and 120 ms round trip.
func (e *experimenter) layOut(methods ...string) {
	e.t.Helper()
	e.goTo(e.server.url("/lab/studies/new"))
	e.fill("#title", "Typing from afar")
	e.fill("#consent", "You will type a sentence, again and again.")
	e.fill("#appliance", "demo")
	read[bool](e.browser, `document.querySelector("#appliance").dispatchEvent(new Event("change", {bubbles: true})), true`)
	e.choose(`[name=task][value$="type"]`, true)
	e.choose(`[name=task][value$="paint"]`, false)
	e.choose(`[name=practise]`, true)
	for _, m := range []string{"vnc", "stream", "local"} {
		e.choose(fmt.Sprintf(`[name="methods[]"][value=%s]`, m), strings.Contains(strings.Join(methods, " "), m))
	}
	const networks = `document.querySelectorAll(".networks > tbody").length`
	for n := read[int](e.browser, networks); n > 1; n-- {
		read[bool](e.browser, `document.querySelector("[value='drop networks[0]']").click(), true`)
		e.await(fmt.Sprintf("%s === %d", networks, n-1))
	}
	for name, value := range map[string]string{"name": "far", "down_mbps": "7.2", "up_mbps": "7.2", "rtt_ms": "120", "jitter_ms": "0", "loss_percent": "0", "queue_packets": ""} {
		e.fill(fmt.Sprintf(`[name="networks[0].%s"]`, name), value)
	}
	e.fill("#limit_s", "900")
	e.fill("#order", "latin")
	e.fill("#ask-satisfaction", "1")
	e.fill("#ask-annoyance", "2")
	e.fill("#ask-tlx", "3")
	e.act(`document.querySelector("form#design button[value=publish]").click()`)
	e.picture("publish")
	e.act(`document.querySelector("form.actions").requestSubmit()`)
	e.study = strings.Join(strings.SplitN(read[string](e.browser, `location.pathname`), "/", 5)[:4], "/")
}

// invite adds a participant and returns the personal link. The page lists new participants last.
func (e *experimenter) invite() string {
	e.t.Helper()
	e.goTo(e.server.url(e.study + "/participants"))
	e.fill("#number", "1")
	e.act(`document.querySelector("form.inline").requestSubmit()`)
	e.picture("participants")
	return read[string](e.browser, `[...document.body.innerHTML.matchAll(/\/p\/[a-z0-9]{20,}/g)].at(-1)[0]`)
}

// calibrate starts a calibration of the study and returns while it runs.
func (e *experimenter) calibrate() {
	e.t.Helper()
	e.goTo(e.server.url(e.study))
	e.act(`document.querySelector("form[action$=calibrations]").requestSubmit()`)
	e.await(`document.querySelector("#stop-calibration")`)
}

// fetch downloads a page with the experimenter's login.
func (e *experimenter) fetch(path string) []byte {
	e.t.Helper()
	cookies, err := chromedp.Call(e.tab, network.GetCookies, network.GetCookiesParams{URLs: []string{e.server.url("/lab")}})
	if err != nil {
		e.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(e.tab, http.MethodGet, e.server.url(path), nil)
	if err != nil {
		e.t.Fatal(err)
	}
	for _, c := range cookies.Cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		e.t.Fatalf("GET %s: %s, %v", path, resp.Status, err)
	}
	return body
}
