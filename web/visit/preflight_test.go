package visit_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
)

// looked is what a page says of a good computer.
const looked = `{"browser": "Chrome 140", "system": "Linux", "lacks": [], "secure": true, "screen": [1920, 1080], "window": [1280, 720], "scale": 1.25,
	"pointer": "fine", "rtt_ms": 12.5, "down_mbps": 95.5, "up_mbps": 9, "keyboard": "de", "keyboard_by": "keys"}`

// lookedFor is a design that looks at computers.
func lookedFor() study.Design {
	d := studytest.OneTrial()
	d.Preflight = study.Preflight{Check: true, Width: 1024, Height: 600, Down: study.Mbps, RTT: 100 * time.Millisecond}
	return d
}

// check asks what a computer lacks.
func check(p *webtest.Person, said string) (passed bool, lacks, notes []string) {
	p.T.Helper()
	a := p.Send(httptest.NewRequest("POST", p.Visit()+"/check", strings.NewReader(said)))
	if a.StatusCode != 200 {
		p.T.Fatalf("status %d: %s", a.StatusCode, a.Body)
	}
	var m struct {
		Passed       bool
		Lacks, Notes []string
	}
	p.Must(json.Unmarshal([]byte(a.Body), &m))
	return m.Passed, m.Lacks, m.Notes
}

func TestNothingOfAComputerIsStoredBeforeConsent(t *testing.T) {
	p := webtest.NewPerson(t, lookedFor())
	p.Begin()
	if a := p.Get(p.Visit()); !strings.Contains(a.Body, "data-preflight") || strings.Contains(a.Body, "/consent") {
		t.Errorf("the first page is\n%s\nwant the look at the computer", webtest.Text(a.Page))
	}
	if a := p.Get(p.Visit() + "?checked"); !strings.Contains(a.Body, "/consent") {
		t.Errorf("the page after the look is\n%s\nwant the consent", webtest.Text(a.Page))
	}
	passed, lacks, notes := check(p, looked)
	if !passed || len(lacks) != 0 || len(notes) != 1 || !strings.Contains(notes[0], "ü") || strings.Contains(notes[0], "@") {
		t.Errorf("a good German computer: passed %v, lacks %q, notes %q", passed, lacks, notes)
	}
	small := strings.Replace(looked, "[1280, 720]", "[1280, 500]", 1)
	passed, lacks, _ = check(p, small)
	if passed || len(lacks) != 1 || !strings.Contains(lacks[0], "1,280 × 500") || !strings.Contains(lacks[0], "1,024 × 600") {
		t.Errorf("a low window: passed %v, lacks %q", passed, lacks)
	}
	for name, said := range map[string]string{"nothing": "", "a low window": small} {
		a := p.Post(p.Visit()+"/consent", url.Values{"found": {said}})
		if a.StatusCode != 409 || !strings.Contains(a.Body, "data-preflight") || !strings.Contains(webtest.Text(a.Page), "look at your computer first") {
			t.Errorf("consent with %s: status %d:\n%s", name, a.StatusCode, webtest.Text(a.Page))
		}
	}
	if x := p.Session(); !x.Found.Empty() || !x.ConsentedAt.IsZero() {
		t.Errorf("before consent is stored: %+v", x.Found)
	}

	p.WantsRedirect(p.Post(p.Visit()+"/consent", url.Values{"found": {looked}}), p.Visit())
	want := study.Found{
		Browser: "Chrome 140", System: "Linux", Lacks: []string{}, Secure: true, Screen: study.Size{W: 1920, H: 1080}, Window: study.Size{W: 1280, H: 720}, Scale: 1.25, Pointer: study.FinePointer,
		RTT: 12500 * time.Microsecond, Down: 95_500 * study.Kbps, Up: 9 * study.Mbps, Keyboard: "de", KeyboardBy: study.KeyboardByKeys,
	}
	if diff := cmp.Diff(want, p.Session().Found); diff != "" {
		t.Errorf("what was found (-want +got):\n%s", diff)
	}
	if a := p.Send(httptest.NewRequest("POST", p.Visit()+"/check", strings.NewReader(looked))); a.StatusCode != 409 {
		t.Errorf("a check after consent: status %d", a.StatusCode)
	}
}

func TestWhatAComputerLacksIsCountedOnceForASession(t *testing.T) {
	p := webtest.NewPerson(t, lookedFor())
	p.Begin()
	other := p.Beside()
	other.Begin()
	low := strings.Replace(looked, "[1280, 720]", "[1280, 500]", 1)
	slow := strings.Replace(low, "95.5", "0.5", 1)
	for _, x := range []struct {
		who  *webtest.Person
		said string
	}{{p, low}, {p, low}, {p, looked}, {p, slow}, {p, low}, {other, low}} {
		check(x.who, x.said)
	}
	refused, err := p.Store.RefusedComputers(t.Context(), p.Study)
	p.Must(err)
	if diff := cmp.Diff(study.Refusals{study.LacksWindow: 2, study.LacksDownlink: 1}, refused); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}

// What could not be counted is counted when the page asks again.
func TestARefusalThatCouldNotBeCountedIsCountedLater(t *testing.T) {
	p := webtest.NewPerson(t, lookedFor())
	p.Begin()
	low := strings.Replace(looked, "[1280, 720]", "[1280, 500]", 1)
	away := true
	p.Serve(func(c *web.Config) { c.Store = forgetful{p.Store, &away} })
	if a := p.Send(httptest.NewRequest("POST", p.Visit()+"/check", strings.NewReader(low))); a.StatusCode != 500 {
		t.Fatalf("status %d of a check that could not be counted", a.StatusCode)
	}
	away = false
	check(p, low)
	check(p, low)
	refused, err := p.Store.RefusedComputers(t.Context(), p.Study)
	p.Must(err)
	if diff := cmp.Diff(study.Refusals{study.LacksWindow: 1}, refused); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}

// forgetful is a store that cannot count refusals while it is away.
type forgetful struct {
	*studytest.Store
	away *bool
}

func (f forgetful) CountRefused(ctx context.Context, in study.StudyID, lacks []study.Shortfall) error {
	if *f.away {
		return errors.New("the disk is full")
	}
	return f.Store.CountRefused(ctx, in, lacks)
}

func TestAConnectionThatWasNotMeasuredIsNotASlowOne(t *testing.T) {
	half := strings.Replace(looked, `"down_mbps": 95.5, "up_mbps": 9, `, "", 1)
	unmeasured := strings.Replace(looked, `"rtt_ms": 12.5, "down_mbps": 95.5, "up_mbps": 9, `, "", 1)
	p := webtest.NewPerson(t, lookedFor())
	p.Begin()
	for _, said := range []string{unmeasured, half} {
		p.Wants(p.Send(httptest.NewRequest("POST", p.Visit()+"/check", strings.NewReader(said))), 409, "The connection could not be measured.")
	}
	refused, err := p.Store.RefusedComputers(t.Context(), p.Study)
	p.Must(err)
	if len(refused) > 0 {
		t.Errorf("counted as refused are %v", refused)
	}
	d := lookedFor()
	d.Preflight.Down, d.Preflight.RTT = 0, 0
	p = webtest.NewPerson(t, d)
	p.Begin()
	if passed, lacks, _ := check(p, unmeasured); !passed {
		t.Errorf("a study that does not ask for a connection refuses a computer for %q", lacks)
	}
}

func TestTheKeyboardOfAnApplianceIsLookedUpOnce(t *testing.T) {
	d := lookedFor()
	for _, id := range []study.TaskID{"again", "and_again"} {
		task := d.Tasks[0]
		task.ID = id
		d.Tasks = append(d.Tasks, task)
	}
	p := webtest.NewPerson(t, d)
	asked := 0
	p.Serve(func(c *web.Config) {
		all := c.Appliances
		c.Appliances = func(ctx context.Context) ([]lab.Appliance, error) { asked++; return all(ctx) }
	})
	p.Begin()
	asked = 0
	if check(p, looked); asked != 1 {
		t.Errorf("the layout of one appliance was looked up %d times", asked)
	}
}

func TestWhatAComputerLacksIsSaidInTheLanguageOfTheParticipant(t *testing.T) {
	d := studytest.Bilingual()
	d.Preflight = study.Preflight{Check: true, Secure: true, Pointer: true, Width: 5000, Down: 900 * study.Mbps, Up: 900 * study.Mbps, RTT: time.Millisecond}
	p := webtest.NewPerson(t, d)
	p.Begin()
	p.Must(p.Store.ChooseLanguage(t.Context(), p.Session().ID, "de"))
	if a := p.Get(p.Visit()); !strings.Contains(webtest.Text(a.Page), "Ein Blick auf Ihren Computer") || !strings.Contains(webtest.Text(a.Page), "Ihre Tastatur") {
		t.Errorf("the page says %s", webtest.Text(a.Page))
	}
	said := strings.NewReplacer(`"lacks": []`, `"lacks": ["IndexedDB"]`, `"secure": true`, `"secure": false`, `"fine"`, `"coarse"`).Replace(looked)
	passed, lacks, _ := check(p, said)
	if passed || len(lacks) != 7 {
		t.Fatalf("passed %v, lacks %q; want seven things", passed, lacks)
	}
	for i, word := range []string{"Diesem Browser fehlt", "https", "Touchpad", "5.000", "900.0", "900.0", "VPN"} {
		if !strings.Contains(lacks[i], word) {
			t.Errorf("%q does not say %s", lacks[i], word)
		}
	}
}

func TestWhatNoComputerCanBeIsRefused(t *testing.T) {
	p := webtest.NewPerson(t, lookedFor())
	p.Begin()
	for name, said := range map[string]string{
		"no JSON":                    "Chrome",
		"a layout that nobody knows": strings.Replace(looked, `"de"`, `"dvorak"`, 1),
		"a way that nobody knows":    strings.Replace(looked, `"keys"`, `"magic"`, 1),
		"a pointer of another kind":  strings.Replace(looked, `"fine"`, `"thought"`, 1),
		"a screen of negative size":  strings.Replace(looked, "1920", "-1", 1),
		"a name that is too long":    strings.Replace(looked, "Linux", strings.Repeat("L", 61), 1),
		"a name with a line break":   strings.Replace(looked, "Linux", `L\nx`, 1),
		"a rate below nothing":       strings.Replace(looked, "95.5", "-1", 1),
		"more than can be read":      looked + strings.Repeat(" ", 5000),
	} {
		if a := p.Post(p.Visit()+"/consent", url.Values{"found": {said}}); a.StatusCode != 422 {
			t.Errorf("%s: status %d", name, a.StatusCode)
		}
	}
	if x := p.Session(); !x.ConsentedAt.IsZero() || !x.Found.Empty() {
		t.Errorf("stored is %+v", x.Found)
	}
}

func TestAStudyThatDoesNotLookAsksForConsentAtOnce(t *testing.T) {
	p := webtest.NewPerson(t, studytest.OneTrial())
	p.Begin()
	if a := p.Get(p.Visit()); !strings.Contains(a.Body, "/consent") || !strings.Contains(a.Body, "data-look") {
		t.Errorf("the first page is\n%s", webtest.Text(a.Page))
	}
	p.WantsRedirect(p.Post(p.Visit()+"/consent", nil), p.Visit())
	if x := p.Session(); x.ConsentedAt.IsZero() || !x.Found.Empty() {
		t.Errorf("consent without anything found: %v, %+v", x.ConsentedAt, x.Found)
	}
}

// probes sends a request for a probe, whose answer is no page.
func probes(p *webtest.Person, method, query, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, p.Visit()+"/probe"+query, strings.NewReader(body))
	for _, c := range p.Browser.Cookies(&url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}) {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	p.Handler.ServeHTTP(w, r)
	return w
}

func TestProbesHaveABudget(t *testing.T) {
	p := webtest.NewPerson(t, lookedFor())
	p.Begin()
	get := func(bytes string) *httptest.ResponseRecorder { return probes(p, "GET", "?bytes="+bytes, "") }
	for bytes, want := range map[string]int{"0": 200, "1000": 200, "-1": 422, "many": 422, "1048577": 422} {
		if got := get(bytes).Code; got != want {
			t.Errorf("%s bytes: status %d, want %d", bytes, got, want)
		}
	}
	if got := get("1000").Body.String(); len(got) != 1000 || strings.Count(got, got[:1]) > 100 {
		t.Errorf("a probe of 1000 bytes has %d, of which %d are alike", len(got), strings.Count(got, got[:1]))
	}
	for bytes, want := range map[int]int{1 << 20: 204, 1<<20 + 1: 422} {
		if got := probes(p, "POST", "", strings.Repeat("x", bytes)).Code; got != want {
			t.Errorf("a probe of %d bytes to the server: status %d, want %d", bytes, got, want)
		}
	}
	for range 100 { // these cost what they move
		if got := probes(p, "POST", "", "x").Code; got != 204 {
			t.Fatalf("a probe of one byte: status %d", got)
		}
	}
	for range 20 {
		if got := probes(p, "HEAD", "?bytes=1048576", "").Code; got != 405 {
			t.Fatalf("a HEAD, which moves nothing: status %d", got)
		}
	}
	passed := func(p *webtest.Person) (n int) {
		for range 20 { // the clock of this test stands still
			if probes(p, "GET", "?bytes=1048576", "").Code == 200 {
				n++
			}
		}
		return n
	}
	if got := passed(p); got != 14 { // of 16 MiB, of which one and a part were used before
		t.Errorf("of 20 probes of 1 MiB %d passed, want those within the share of a session", got)
	}
	if got := get("0").Code; got != 200 {
		t.Errorf("a round trip costs nothing, and was refused: status %d", got)
	}
	all := 0
	for range 4 {
		other := p.Beside()
		other.Begin()
		all += passed(other)
	}
	if all != 48 { // of 64 MiB, less 15 and a part
		t.Errorf("of 80 probes of 1 MiB of others %d passed, want those within the budget of all", all)
	}
	p.Now = p.Now.Add(time.Minute)
	if got := passed(p); got != 16 {
		t.Errorf("a minute later, %d probes of 1 MiB passed, want a whole share", got)
	}
	p.Must(p.Store.RecordConsent(t.Context(), p.Session().ID, false, p.Now))
	if got := get("0").Code; got != 409 {
		t.Errorf("a probe after consent: status %d", got)
	}
}
