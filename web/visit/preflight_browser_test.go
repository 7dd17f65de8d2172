package visit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"vmstudy/internal/webtest"
	"vmstudy/keyboard"
	"vmstudy/study"
	"vmstudy/web/page"
)

// arrives opens the personal link of a new participant in a browser with an object in place of navigator.keyboard, and presses the button. The
// scripts run before those of each page.
func arrives(t *testing.T, p *webtest.Person, keyboardOf string, scripts ...string) (tab context.Context, do func(...chromedp.Action[chromedp.Void]), await func(string)) {
	t.Helper()
	site := httptest.NewServer(p.Handler)
	t.Cleanup(site.Close)
	tab = webtest.NewTab(t, 2*time.Minute)
	do = func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(tab, steps...); err != nil {
			t.Fatal(err)
		}
	}
	await = func(is string) {
		t.Helper()
		webtest.Eventually(t, is, func() bool {
			ok, err := chromedp.Run(tab, chromedp.Evaluate[bool](`Boolean(`+is+`)`))
			return err == nil && ok
		})
	}
	do(chromedp.EmulateViewport(800, 900))
	for _, source := range append(scripts, `Object.defineProperty(navigator, "keyboard", {value: `+keyboardOf+`})`) {
		if _, err := chromedp.Call(tab, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: source}); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(site.URL + page.LinkPath(p.Who.Link)))
	do(chromedp.Evaluate[chromedp.Void](`document.querySelector("form[action$='/begin']").requestSubmit(); undefined`))
	await(`document.querySelector("[data-preflight]")`)
	return tab, do, await
}

// patient is lookedFor on a computer that is busy with other tests.
func patient() study.Design {
	d := lookedFor()
	d.Preflight.Down, d.Preflight.RTT = study.Kbps, 10*time.Second
	return d
}

func TestTheLookAtAComputerLeadsToTheConsent(t *testing.T) {
	t.Parallel()
	p := webtest.NewPerson(t, patient())
	tab, do, await := arrives(t, p, "undefined")

	await(`document.querySelector("[data-verdict]").innerText.includes("needs 1,024 × 600")`)
	await(`document.querySelector("[data-go]").disabled && !document.querySelector("[data-again]").hidden && !document.querySelector("[data-by-keys]").hidden`)
	do(chromedp.EmulateViewport(1280, 900), chromedp.Evaluate[chromedp.Void](`document.querySelector("[data-again]").click(); undefined`))
	await(`!document.querySelector("[data-go]").disabled && document.querySelector("[data-verdict]").innerText === ""`)

	do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#keys").focus(); undefined`))
	press := func(key, code string, modifiers int64) {
		t.Helper()
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := chromedp.Call(tab, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: key, Code: code, Text: key, Modifiers: modifiers}); err != nil {
				t.Fatal(err)
			}
		}
	}
	shift := int64(chromedp.ModifierShift)
	press("z", "KeyZ", 0)
	press("\"", "Digit2", shift)
	await(`document.querySelector("#keys").value === "\"" && document.querySelector("#layout").value === "" && document.querySelector("[data-after-keys]").hidden`) // a British or a Swedish one
	press("#", "Digit3", shift)                                                                                                                                     // a Swedish one, which is none of ours
	await(`!document.querySelector("[data-after-keys]").hidden && document.querySelector("#layout").value === "" && document.querySelector("[data-verdict]").innerText === ""`)
	press("z", "KeyZ", 0)
	press("\"", "Digit2", shift)
	press("£", "Digit3", shift)
	await(`document.querySelector("#layout").value === "gb" && document.querySelector("[data-verdict]").innerText.includes("£")`)
	press("#", "Digit3", shift) // mistyped: it says nothing by itself
	await(`document.querySelector("#keys").value === "#" && document.querySelector("#layout").value === "gb"`)
	do(chosen("us"))
	press("\"", "Digit2", shift)
	press("z", "KeyZ", 0)
	await(`document.querySelector("#keys").value === "z" && document.querySelector("#layout").value === "us"`) // the keys do not overrule who has chosen
	do(chosen("gb"))
	await(`document.querySelector("[data-verdict]").innerText.includes("£")`)
	do(chromedp.Evaluate[chromedp.Void](`document.querySelector("[data-go]").click(); undefined`))
	await(`document.querySelector("form[action$='/consent'] input[name=found]")?.value`)
	if x := p.Session(); !x.Found.Empty() || !x.ConsentedAt.IsZero() {
		t.Errorf("before consent is stored %+v", x.Found)
	}
	do(chromedp.Evaluate[chromedp.Void](`document.querySelector("form[action$='/consent']").requestSubmit(); undefined`))
	await(`document.querySelector("form[action$='/start']")`)
	got := p.Session().Found
	if got.Window.W != 1280 || got.RTT <= 0 || got.Down <= 0 || got.Up <= 0 || !got.Secure || got.Pointer == "" || got.Browser == "" || got.System != "Linux" {
		t.Errorf("stored is %+v", got)
	}
	if got.Keyboard != "gb" || got.KeyboardBy != study.KeyboardByChoice || len(got.Lacks) != 0 {
		t.Errorf("the keyboard is %q, found by %q; lacking are %v", got.Keyboard, got.KeyboardBy, got.Lacks)
	}
	refused, err := p.Store.RefusedComputers(t.Context(), p.Study)
	p.Must(err)
	if diff := cmp.Diff(study.Refusals{study.LacksWindow: 1}, refused); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}

// chosen chooses a layout in the list, as a hand does.
func chosen(layout string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector("#layout").value = %q; document.querySelector("#layout").dispatchEvent(new Event("change")); undefined`, layout))
}

// A page's requests to /probe wait until letGo is called. checks has what was sent to /check; the answer to the first is handed on when letFirst is
// called, and firstRead tells when the page has dealt with it.
const heldRequests = `{
  const real = window.fetch;
  window.checks = [];
  const probes = new Promise((go) => { window.letGo = go; });
  const first = new Promise((go) => { window.letFirst = go; });
  window.fetch = async (to, options) => {
    if (String(to).includes("/probe")) await probes;
    const isFirst = String(to).includes("/check") && window.checks.length === 0;
    if (String(to).includes("/check")) window.checks.push(JSON.parse(options.body));
    const answer = await real(to, options);
    if (!isFirst) return answer;
    await first;
    const message = await answer.json();
    return { ok: answer.ok, json: async () => { setTimeout(() => { window.firstRead = true; }); return message; } };
  };
}`

func TestAComputerIsJudgedWhenAllIsMeasuredAndTheLastAnswerCounts(t *testing.T) {
	t.Parallel()
	d := patient()
	d.Preflight.Width = 0
	p := webtest.NewPerson(t, d)
	_, do, await := arrives(t, p, "undefined", heldRequests)
	await(`!document.querySelector("[data-by-keys]").hidden`)
	do(chosen("de"), chromedp.Evaluate[chromedp.Void](`letGo(); undefined`))
	await(`checks.length === 1 && checks[0].keyboard === "de" && checks[0].rtt_ms > 0 && checks[0].down_mbps > 0`)
	do(chosen("us"))
	await(`checks.length === 2 && !document.querySelector("[data-go]").disabled && document.querySelector("[data-verdict]").innerText === ""`)
	do(chromedp.Evaluate[chromedp.Void](`letFirst(); undefined`))
	await(`window.firstRead`)
	await(`document.querySelector("[data-verdict]").innerText === ""`) // the German keyboard has signs that the desktop lacks
	refused, err := p.Store.RefusedComputers(t.Context(), p.Study)
	p.Must(err)
	if len(refused) > 0 {
		t.Errorf("refused are %v", refused)
	}
}

func TestWhoCannotMeasureIsRefusedOnlyWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	const noProbes = `{ const real = window.fetch; window.fetch = async (to, options) => { if (String(to).includes("/probe")) throw new TypeError("away"); return real(to, options); }; }`
	for name, tt := range map[string]struct {
		asks  bool
		await string
	}{
		"asked for":     {true, `document.querySelector("[data-doing]").innerText.includes("could not be measured") && document.querySelector("[data-go]").disabled && !document.querySelector("[data-again]").hidden`},
		"not asked for": {false, `!document.querySelector("[data-go]").disabled && document.querySelector("[data-rtt]").innerText === "–" && document.querySelector("[data-doing]").innerText === ""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := patient()
			d.Preflight.Width = 0
			if !tt.asks {
				d.Preflight.Down, d.Preflight.RTT = 0, 0
			}
			p := webtest.NewPerson(t, d)
			_, _, await := arrives(t, p, "undefined", noProbes)
			await(tt.await)
			refused, err := p.Store.RefusedComputers(t.Context(), p.Study)
			p.Must(err)
			if len(refused) > 0 {
				t.Errorf("refused are %v", refused)
			}
		})
	}
}

// A probe that the server refuses takes nothing from what was measured before, and the page says why.
func TestThePageSaysWhyTheServerDoesNotMeasure(t *testing.T) {
	t.Parallel()
	const busy = `{ const real = window.fetch; window.fetch = async (to, options) => {
		const size = new URL(to, location).searchParams.get("bytes");
		if (String(to).includes("/probe") && size !== "0") return new Response("Others are measuring.\n", { status: 409, headers: { "Content-Type": "text/plain; charset=utf-8" } });
		return real(to, options);
	}; }`
	for name, tt := range map[string]struct {
		change func(*study.Preflight)
		await  string
	}{
		"the rate is asked for": {
			func(*study.Preflight) {},
			`document.querySelector("[data-doing]").innerText === "Others are measuring." && document.querySelector("[data-go]").disabled && document.querySelector("[data-rtt]").innerText.endsWith("ms")`,
		},
		"the way is asked for": {
			func(p *study.Preflight) { p.Down = 0 },
			`document.querySelector("[data-doing]").innerText === "" && !document.querySelector("[data-go]").disabled && document.querySelector("[data-rtt]").innerText.endsWith("ms") && document.querySelector("[data-rates]").innerText === "–"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := patient()
			d.Preflight.Width = 0
			tt.change(&d.Preflight)
			p := webtest.NewPerson(t, d)
			_, _, await := arrives(t, p, "undefined", busy)
			await(tt.await)
		})
	}
}

// mapOf is an object like navigator.keyboard on a computer with a layout.
func mapOf(t *testing.T, l *keyboard.Layout) string {
	t.Helper()
	plain := map[string]string{}
	for code, signs := range l.Prints() {
		if signs[0] != "" {
			plain[code] = signs[0]
		}
	}
	text, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{getLayoutMap: async () => new Map(Object.entries(%s))}`, text)
}

func TestABrowserThatSaysItsLayoutIsBelieved(t *testing.T) {
	t.Parallel()
	for _, l := range keyboard.Layouts() {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			d := patient()
			d.Preflight.Width = 0
			p := webtest.NewPerson(t, d)
			_, do, await := arrives(t, p, mapOf(t, l))
			await(fmt.Sprintf(`document.querySelector("#layout").value === %q && !document.querySelector("[data-by-map]").hidden && !document.querySelector("[data-go]").disabled`, l.Name))
			do(chromedp.Evaluate[chromedp.Void](`document.querySelector("[data-go]").click(); undefined`))
			await(`document.querySelector("form[action$='/consent'] input[name=found]")?.value`)
			do(chromedp.Evaluate[chromedp.Void](`document.querySelector("form[action$='/consent']").requestSubmit(); undefined`))
			await(`document.querySelector("form[action$='/start']")`)
			if got := p.Session().Found; got.Keyboard != l.Name || got.KeyboardBy != study.KeyboardByMap {
				t.Errorf("the keyboard is %q, found by %q", got.Keyboard, got.KeyboardBy)
			}
		})
	}
}
