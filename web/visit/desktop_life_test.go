package visit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/screen"
)

// kept waits until n batches are on the browser's shelf.
func kept(d *webtest.Desk, tab context.Context, n int) {
	d.T.Helper()
	webtest.Eventually(d.T, fmt.Sprintf("%d batches are kept", n), func() bool { return count(d, tab) == n })
}

// keptRows waits until n inputs are on the browser's shelf, in any number of batches and drafts.
func keptRows(d *webtest.Desk, tab context.Context, n int) {
	d.T.Helper()
	const rows = `new Promise((resolve) => {
		const request = indexedDB.open("vmstudy");
		request.onsuccess = () => {
			const all = request.result.transaction("batches").objectStore("batches").getAll();
			all.onsuccess = () => { request.result.close(); resolve(all.result.reduce((sum, b) => sum + b.rows.length, 0)); };
		};
	})`
	webtest.Eventually(d.T, fmt.Sprintf("%d inputs are kept", n), func() bool {
		got, err := chromedp.Run(tab, chromedp.Evaluate[int](rows, chromedp.EvalAwaitPromise))
		return err == nil && got == n
	})
}

// count returns how many batches are on the browser's shelf, or -1 if the page cannot say it now.
func count(d *webtest.Desk, tab context.Context) int {
	const count = `new Promise((resolve) => {
		const request = indexedDB.open("vmstudy");
		request.onsuccess = () => {
			const all = request.result.transaction("batches").objectStore("batches").count();
			all.onsuccess = () => { request.result.close(); resolve(all.result); };
		};
	})`
	got, err := chromedp.Run(tab, chromedp.Evaluate[int](count, chromedp.EvalAwaitPromise))
	if err != nil {
		return -1
	}
	return got
}

func TestRowsSurviveAReloadWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	d.Store.SetAway(errors.New("the database is away"))
	tab := d.Open()
	d.Do(tab, chromedp.KeyEvent("a"))
	keptRows(d, tab, 1)
	d.Do(tab, chromedp.Reload())
	d.Await(tab, webtest.DesktopThere+" && "+webtest.DesktopActive)
	d.Do(tab, chromedp.KeyEvent("b"))
	keptRows(d, tab, 2)
	if n := len(d.Rows()); n != 0 {
		t.Fatalf("%d rows are stored while the database is away", n)
	}
	d.Store.SetAway(nil)
	d.Stored(2)
	kept(d, tab, 0)
	if rows := d.Rows(); rows[0].Page >= rows[1].Page || !rows[0].At.Before(rows[1].At) {
		t.Errorf("rows of page %d at %v and %d at %v, want them in order over the reload", rows[0].Page, rows[0].At, rows[1].Page, rows[1].At)
	}
}

func TestTheScreenComesBackAfterABreak(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Open()
	first := d.Machine.Load()
	d.Must((*first).Close())
	d.Await(tab, `!document.querySelector("[data-notice]").hidden`)
	d.Await(tab, `document.querySelector("[data-notice]").hidden && `+webtest.Canvas+`.getImageData(0, 0, 1, 1).data[3] === 255`)
	if d.Machine.Load() == first {
		t.Fatal("the screen was not dialled again")
	}
	d.Await(tab, webtest.DesktopActive)
	d.Do(tab, chromedp.KeyEvent("a"))
	d.Stored(1)
}

// When a machine is closed, its screen connection ends before the page is told the outcome.
func TestADesktopThatClosesIsNoInterruption(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Open()
	d.Conduct.Change(func(st *session.Status) { st.Ready, st.Stage = false, "Closing the desktop" })
	d.Must((*d.Machine.Load()).Close())
	d.Await(tab, `!document.querySelector("[data-loading]").hidden`)
	d.Must(d.Conduct.Finish(t.Context(), d.Session, study.SaidDone))
	d.Await(tab, `!document.querySelector("[data-ended]").hidden && document.querySelector("[data-notice]").hidden`)
	endsUnbroken(d, tab)
}

// An attempt that ends at once has no stage of closing. The last status that the page received says
// that the desktop is ready.
func TestADesktopThatEndsAtOnceIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Browse()
	spoil(d, tab, `const later = setTimeout; // exchange clock stamps ten times a second, instead of every five seconds
		window.setTimeout = (then, wait, ...rest) => later(then, wait === 5000 ? 100 : wait, ...rest);`)
	d.Show(tab)
	first := d.Machine.Load()
	d.Must(d.Conduct.End(t.Context(), d.Session, "fire alarm"))
	d.Must((*first).Close())
	endsUnbroken(d, tab)
	if d.Machine.Load() != first {
		t.Error("the screen was dialled again after the end")
	}
}

// spoil makes every page of a tab run a script first.
func spoil(d *webtest.Desk, tab context.Context, script string) {
	d.T.Helper()
	d.Do(tab, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return chromedp.Void{}, err
	})
}

// outOfSight makes a page behave as if it were in a background tab, until show() is called.
const outOfSight = `(() => {
	const frame = requestAnimationFrame.bind(window), waiting = [];
	let hidden = true;
	Object.defineProperty(document, "hidden", { get: () => hidden });
	window.requestAnimationFrame = (draw) => (hidden ? waiting.push(draw) : frame(draw));
	window.show = () => {
		hidden = false;
		document.dispatchEvent(new Event("visibilitychange"));
		waiting.splice(0).forEach((draw) => frame(draw));
	};
})()`

func TestAPictureThatNobodyCouldSeeIsSaidSo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begins string
		unseen bool
	}{
		"the page is in sight":     {`window.show = () => {}`, false},
		"the page is out of sight": {outOfSight, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := webtest.NewDesk(t, webtest.Colourful(t, 0))
			tab := d.Browse()
			spoil(d, tab, tt.begins)
			d.Do(tab, chromedp.Navigate(d.Web.URL+d.Visit()))
			d.Await(tab, webtest.Canvas+`.getImageData(0, 0, 1, 1).data[3] === 255`)
			if pictures, _ := d.Conduct.Seen(); tt.unseen && pictures > 0 {
				t.Error("the task's clock has begun, and nobody has seen the desktop")
			}
			d.Await(tab, `(show(), true)`)
			d.Await(tab, webtest.DesktopThere)
			webtest.Eventually(t, "the picture is told", func() bool { n, _ := d.Conduct.Seen(); return n > 0 })
			if _, unseen := d.Conduct.Seen(); unseen != tt.unseen {
				t.Errorf("the picture is told with unseen %t, want %t", unseen, tt.unseen)
			}
			d.Do(tab, chromedp.KeyEvent("a"))
			d.Stored(1)
			if said := slices.Contains(d.Kinds(), study.PictureUnseen); said != tt.unseen {
				t.Errorf("it is on record: %t, want %t; there is %v", said, tt.unseen, d.Kinds())
			}
		})
	}
}

// endsUnbroken waits for the end of the visit. It fails if an event says that the screen was lost.
func endsUnbroken(d *webtest.Desk, tab context.Context) {
	t := d.T
	t.Helper()
	d.Await(tab, `document.body.innerText.includes("Thank you")`)
	kept(d, tab, 0)
	events, err := d.Store.Events(t.Context(), d.Session)
	d.Must(err)
	if len(events) == 0 {
		t.Error("nothing is on record of the page")
	}
	for _, e := range events {
		if e.Kind == study.ScreenLost || e.Kind == study.ScreenBack {
			t.Errorf("%s is on record of a desktop that only closed", e.Kind)
		}
	}
}

// hold presses keys and does not release them.
func hold(keys ...string) chromedp.Action[chromedp.Void] {
	bits := map[string]int64{"Alt": 1, "Control": 2, "Shift": 8}
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		var down int64
		for _, k := range keys {
			down |= bits[k]
			if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{
				Type: input.DispatchKeyEventTypeRawKeyDown, Key: k, Code: k + "Left", Modifiers: down,
			}); err != nil {
				return chromedp.Void{}, err
			}
		}
		return chromedp.Void{}, nil
	}
}

func TestThreeKeysLeaveTheDesktopAndTabReturns(t *testing.T) {
	t.Parallel()
	machine := rfbtest.NewServer(webtest.Wide, webtest.High)
	d := webtest.NewDesk(t, machine)
	tab := d.Open()
	d.Await(tab, `document.querySelector("[data-clipboard]") === null`) // without a study that opens it, there is no clipboard
	d.Do(tab, hold("Control", "Alt", "Shift"))
	d.Await(tab, `document.activeElement.matches("[data-ask=give-up]")`)
	webtest.Eventually(t, "Ctrl and Alt went down and up in the desktop", func() bool { return len(machine.Inputs()) >= 4 })
	down := 0
	for _, in := range machine.Inputs() {
		if webtest.GoesDown(in) {
			down++
		} else {
			down--
		}
	}
	if n := len(machine.Inputs()); n != 4 || down != 0 {
		t.Errorf("the desktop saw %d key messages and keeps %d keys down, want Ctrl and Alt go down and up", n, down)
	}
	d.Do(tab, chromedp.KeyEvent("\t"))
	d.Await(tab, webtest.DesktopActive)
}

func TestASecondTabTakesOverAndGivesBack(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Open()
	other := d.Events()
	d.Await(tab, `document.querySelector(".desktop").dataset.state === "superseded"`)
	d.Await(tab, `document.activeElement.matches("[data-reload]")`)
	d.Do(tab, chromedp.KeyEvent("\r"))
	d.Await(tab, webtest.DesktopThere)
	if code := webtest.ClosedWith(t, other); code != screen.CloseSuperseded {
		t.Errorf("the second tab is closed with %d, want %d", code, screen.CloseSuperseded)
	}
}

func TestADesktopThatIsNotKnownAsTheParticipantsSaysSo(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	c := plug(d)
	tab := d.Open()
	forgetCookies(d, tab)
	c.cut()
	c.join(d.Web)
	d.Await(tab, `document.querySelector(".desktop").dataset.state === "stranger"`)
	d.Await(tab, `!document.querySelector("[data-stranger]").hidden && document.querySelector("[data-notice]").hidden`)
	d.Await(tab, `document.querySelector("[data-end]").disabled`)
}

// forgetCookies deletes every cookie of tab's browser, as closing the browser does.
func forgetCookies(d *webtest.Desk, tab context.Context) {
	d.T.Helper()
	d.Do(tab, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{})
		return chromedp.Void{}, err
	})
}

// iAmDone presses "I am done", and confirms it in the dialog.
var iAmDone = []chromedp.Action[chromedp.Void]{
	chromedp.Click(chromedp.CSS("[data-ask=done]")), chromedp.Click(chromedp.CSS("[data-dialog=done] button[type=submit]")),
}

func TestWhatWasTypedLastIsStoredBeforeThePageGoes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end  []chromedp.Action[chromedp.Void]
		want study.Outcome
	}{
		"done": {iAmDone, study.SaidDone},
		"given up": {[]chromedp.Action[chromedp.Void]{
			chromedp.Click(chromedp.CSS("[data-ask=give-up]")), chromedp.Click(chromedp.CSS("[data-dialog=give-up] button[type=submit]")),
		}, study.GaveUp},
	} {
		t.Run(name, func(t *testing.T) {
			d := webtest.NewDesk(t, webtest.Colourful(t, 0))
			tab := d.Open()
			d.Do(tab, chromedp.KeyEvent("a"))
			d.Do(tab, tt.end...)
			d.Await(tab, `document.body.innerText.includes("Thank you")`)
			x, err := d.Store.Session(t.Context(), d.Session)
			d.Must(err)
			if last := x.Trials[0].Last(); last.Outcome != tt.want {
				t.Errorf("the attempt ended %q, want %q", last.Outcome, tt.want)
			}
			d.Stored(1)
		})
	}
}

func TestWhoIsAskedWhetherToEndMayKeepWorking(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		asks string // the button that opens the dialog
		stay chromedp.Action[chromedp.Void]
	}{
		"done, and keep working":    {"done", chromedp.Click(chromedp.CSS("[data-dialog=done] [data-close]"))},
		"give up, and keep working": {"give-up", chromedp.Click(chromedp.CSS("[data-dialog=give-up] [data-close]"))},
		"done, and Enter":           {"done", chromedp.KeyEvent(kb.Enter)}, // what harms nothing has the focus
		"done, and Escape":          {"done", chromedp.KeyEvent(kb.Escape)},
	} {
		t.Run(name, func(t *testing.T) {
			d := webtest.NewDesk(t, webtest.Colourful(t, 0))
			tab := d.Open()
			d.Do(tab, chromedp.KeyEvent("a"))
			d.Stored(1)
			attempt := func() study.Attempt {
				x, err := d.Store.Session(t.Context(), d.Session)
				d.Must(err)
				return x.Trials[0].Last()
			}
			before := attempt()
			d.Do(tab, chromedp.Click(chromedp.CSS("[data-ask="+tt.asks+"]")))
			d.Await(tab, `document.querySelector("dialog[open]")?.dataset.dialog === "`+tt.asks+`"`)
			d.Do(tab, tt.stay)
			d.Await(tab, `document.querySelector("dialog[open]") === null`)

			d.Await(tab, webtest.DesktopThere)
			if st, _ := d.Conduct.Status(d.Session); st.State != study.Running {
				t.Errorf("the attempt is %s, want it running", st.State)
			}
			if diff := cmp.Diff(before, attempt()); diff != "" {
				t.Errorf("the record of the attempt changed (-before +after):\n%s", diff)
			}
			d.Do(tab, chromedp.Evaluate[chromedp.Void](`document.querySelector("canvas").focus(); undefined`), chromedp.KeyEvent("b"))
			d.Stored(2)
			d.Do(tab, iAmDone...)
			d.Await(tab, `document.body.innerText.includes("Thank you")`)
			if got := attempt(); got.State != study.Finished || got.Outcome != study.SaidDone {
				t.Errorf("the attempt is %s with outcome %q, want it done", got.State, got.Outcome)
			}
		})
	}
}

func TestThePageGoesOnByItselfWhenTimeIsUp(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Open()
	d.Conduct.Change(func(st *session.Status) { st.Deadline = time.Now().Add(20 * time.Second) })
	d.Await(tab, `document.querySelector("[data-time]").dataset.time === "short"`)
	d.Must(d.Conduct.Finish(t.Context(), d.Session, study.TimeUp))
	d.Await(tab, `document.querySelector("[data-outcome]").textContent === "Time is up"`)
	d.Await(tab, `document.body.innerText.includes("Thank you")`)
}

func TestAMachineThatIsHeldIsSaidSoAndTheKeyboardStays(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Open()
	hold := func() {
		d.Conduct.Change(func(st *session.Status) { st.Stage = "Loading more of the desktop" })
		d.Await(tab, `!document.querySelector("[data-loading]").hidden && !document.querySelector("[data-held]").hidden && document.querySelector("[data-began]").hidden`)
	}
	goOn := func() {
		d.Conduct.Change(func(st *session.Status) { st.Stage = "" })
		d.Await(tab, `document.querySelector("[data-loading]").hidden`)
	}
	hold()
	d.Do(tab, chromedp.MouseClickXY(600, 400)) // on the cover, as impatient people do
	d.Await(tab, webtest.DesktopActive)
	d.Do(tab, chromedp.KeyEvent("a")) // typed on, before the machine goes on
	d.Stored(1)
	goOn()
	d.Await(tab, webtest.DesktopActive)
	d.Do(tab, chromedp.KeyEvent("b"))
	d.Stored(2)

	hold()
	d.Do(tab, chromedp.Focus(chromedp.CSS("[data-ask=give-up]")))
	goOn()
	d.Await(tab, `document.activeElement.matches("[data-ask=give-up]")`)

	hold()
	d.Do(tab, chromedp.Reload())
	d.Await(tab, webtest.DesktopThere)
	d.Await(tab, `!document.querySelector("[data-held]").hidden && document.querySelector("[data-began]").hidden`)
}

func TestADesktopThatAnswersLateIsSaidSoToWhoWaits(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, rfbtest.NewServer(200, 100)) // a machine that answers nothing
	tab := d.Open()
	const notice = `document.querySelector("[data-notice]")`
	d.Do(tab, chromedp.KeyEvent("a"))
	d.Conduct.Change(func(st *session.Status) { st.Slow = true })
	d.Await(tab, "!"+notice+`.hidden && `+notice+`.textContent.startsWith("The desktop answers late")`)
	webtest.Eventually(t, "that it was said is on record", func() bool { return slices.Contains(d.Kinds(), study.SlowShown) })
	d.Conduct.Change(func(st *session.Status) { st.Slow = false })
	d.Await(tab, notice+".hidden")
}
