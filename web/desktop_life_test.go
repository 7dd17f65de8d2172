package web

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
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"vmstudy/rfb/rfbtest"
	"vmstudy/session"
	"vmstudy/study"
)

// open opens the desk's desktop in a new tab.
func (d *desk) open() context.Context {
	d.t.Helper()
	tab := d.browse()
	d.show(tab)
	return tab
}

// show goes to the desktop and waits until the participant may work.
func (d *desk) show(tab context.Context) {
	d.t.Helper()
	d.do(tab, chromedp.Navigate(d.web.URL+d.visit()))
	d.await(tab, desktopThere+" && "+desktopActive+` && !document.querySelector("[data-ask=give-up]").disabled`)
}

// stored waits until n rows are on disk, and fails if there are more.
func (d *desk) stored(n int) {
	d.t.Helper()
	eventually(d.t, fmt.Sprintf("%d rows are stored", n), func() bool { return len(d.rows()) >= n })
	if got := len(d.rows()); got != n {
		d.t.Errorf("%d rows are stored, want %d", got, n)
	}
}

// kept waits until n batches are on the browser's shelf.
func (d *desk) kept(tab context.Context, n int) {
	d.t.Helper()
	eventually(d.t, fmt.Sprintf("%d batches are kept", n), func() bool { return d.count(tab) == n })
}

// keptRows waits until n inputs are on the browser's shelf, in any number of batches and drafts.
func (d *desk) keptRows(tab context.Context, n int) {
	d.t.Helper()
	const rows = `new Promise((resolve) => {
		const request = indexedDB.open("vmstudy");
		request.onsuccess = () => {
			const all = request.result.transaction("batches").objectStore("batches").getAll();
			all.onsuccess = () => { request.result.close(); resolve(all.result.reduce((sum, b) => sum + b.rows.length, 0)); };
		};
	})`
	eventually(d.t, fmt.Sprintf("%d inputs are kept", n), func() bool {
		got, err := chromedp.Run(tab, chromedp.Evaluate[int](rows, chromedp.EvalAwaitPromise))
		return err == nil && got == n
	})
}

// count returns how many batches are on the browser's shelf, or -1 if the page cannot say it now.
func (d *desk) count(tab context.Context) int {
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
	d := newDesk(t, colourful(t, 0))
	d.store.setAway(errors.New("the database is away"))
	tab := d.open()
	d.do(tab, chromedp.KeyEvent("a"))
	d.keptRows(tab, 1)
	d.do(tab, chromedp.Reload())
	d.await(tab, desktopThere+" && "+desktopActive)
	d.do(tab, chromedp.KeyEvent("b"))
	d.keptRows(tab, 2)
	if n := len(d.rows()); n != 0 {
		t.Fatalf("%d rows are stored while the database is away", n)
	}
	d.store.setAway(nil)
	d.stored(2)
	d.kept(tab, 0)
	if rows := d.rows(); rows[0].Page >= rows[1].Page || !rows[0].At.Before(rows[1].At) {
		t.Errorf("rows of page %d at %v and %d at %v, want them in order over the reload", rows[0].Page, rows[0].At, rows[1].Page, rows[1].At)
	}
}

func TestTheScreenComesBackAfterABreak(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	tab := d.open()
	first := d.machine.Load()
	d.must((*first).Close())
	d.await(tab, `!document.querySelector("[data-notice]").hidden`)
	d.await(tab, `document.querySelector("[data-notice]").hidden && `+canvas+`.getImageData(0, 0, 1, 1).data[3] === 255`)
	if d.machine.Load() == first {
		t.Fatal("the screen was not dialled again")
	}
	d.await(tab, desktopActive)
	d.do(tab, chromedp.KeyEvent("a"))
	d.stored(1)
}

// When a machine is closed, its screen connection ends before the page is told the outcome.
func TestADesktopThatClosesIsNoInterruption(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	tab := d.open()
	d.conduct.change(func(st *session.Status) { st.Ready, st.Stage = false, "Closing the desktop" })
	d.must((*d.machine.Load()).Close())
	d.await(tab, `!document.querySelector("[data-loading]").hidden`)
	d.must(d.conduct.Finish(t.Context(), d.session, study.SaidDone))
	d.await(tab, `!document.querySelector("[data-ended]").hidden && document.querySelector("[data-notice]").hidden`)
	d.endsUnbroken(tab)
}

// An attempt that ends at once has no stage of closing. The last status that the page received says
// that the desktop is ready.
func TestADesktopThatEndsAtOnceIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	tab := d.browse()
	d.spoil(tab, `const later = setTimeout; // exchange clock stamps ten times a second, instead of every five seconds
		window.setTimeout = (then, wait, ...rest) => later(then, wait === 5000 ? 100 : wait, ...rest);`)
	d.show(tab)
	first := d.machine.Load()
	d.must(d.conduct.End(t.Context(), d.session, "fire alarm"))
	d.must((*first).Close())
	d.endsUnbroken(tab)
	if d.machine.Load() != first {
		t.Error("the screen was dialled again after the end")
	}
}

// spoil makes every page of a tab run a script first.
func (d *desk) spoil(tab context.Context, script string) {
	d.t.Helper()
	d.do(tab, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
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
			d := newDesk(t, colourful(t, 0))
			tab := d.browse()
			d.spoil(tab, tt.begins)
			d.do(tab, chromedp.Navigate(d.web.URL+d.visit()))
			d.await(tab, canvas+`.getImageData(0, 0, 1, 1).data[3] === 255`)
			if pictures, _ := d.conduct.seen(); tt.unseen && pictures > 0 {
				t.Error("the task's clock has begun, and nobody has seen the desktop")
			}
			d.await(tab, `(show(), true)`)
			d.await(tab, desktopThere)
			eventually(t, "the picture is told", func() bool { n, _ := d.conduct.seen(); return n > 0 })
			if _, unseen := d.conduct.seen(); unseen != tt.unseen {
				t.Errorf("the picture is told with unseen %t, want %t", unseen, tt.unseen)
			}
			d.do(tab, chromedp.KeyEvent("a"))
			d.stored(1)
			if said := slices.Contains(d.kinds(), study.PictureUnseen); said != tt.unseen {
				t.Errorf("it is on record: %t, want %t; there is %v", said, tt.unseen, d.kinds())
			}
		})
	}
}

// endsUnbroken waits for the end of the visit. It fails if an event says that the screen was lost.
func (d *desk) endsUnbroken(tab context.Context) {
	t := d.t
	t.Helper()
	d.await(tab, `document.body.innerText.includes("Thank you")`)
	d.kept(tab, 0)
	events, err := d.store.Events(t.Context(), d.session)
	d.must(err)
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
	machine := rfbtest.NewServer(wide, high)
	d := newDesk(t, machine)
	tab := d.open()
	d.await(tab, `document.querySelector("[data-clipboard]") === null`) // without a study that opens it, there is no clipboard
	d.do(tab, hold("Control", "Alt", "Shift"))
	d.await(tab, `document.activeElement.matches("[data-ask=give-up]")`)
	eventually(t, "Ctrl and Alt went down and up in the desktop", func() bool { return len(machine.Inputs()) >= 4 })
	down := 0
	for _, in := range machine.Inputs() {
		if goesDown(in) {
			down++
		} else {
			down--
		}
	}
	if n := len(machine.Inputs()); n != 4 || down != 0 {
		t.Errorf("the desktop saw %d key messages and keeps %d keys down, want Ctrl and Alt go down and up", n, down)
	}
	d.do(tab, chromedp.KeyEvent("\t"))
	d.await(tab, desktopActive)
}

func TestASecondTabTakesOverAndGivesBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	tab := d.open()
	other := d.events()
	d.await(tab, `document.querySelector(".desktop").dataset.state === "superseded"`)
	d.await(tab, `document.activeElement.matches("[data-reload]")`)
	d.do(tab, chromedp.KeyEvent("\r"))
	d.await(tab, desktopThere)
	if code := closedWith(t, other); code != closeSuperseded {
		t.Errorf("the second tab is closed with %d, want %d", code, closeSuperseded)
	}
}

func TestADesktopThatIsNotKnownAsTheParticipantsSaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	c := d.plug()
	tab := d.open()
	d.forgetCookies(tab)
	c.cut()
	c.join(d.web)
	d.await(tab, `document.querySelector(".desktop").dataset.state === "stranger"`)
	d.await(tab, `!document.querySelector("[data-stranger]").hidden && document.querySelector("[data-notice]").hidden`)
	d.await(tab, `document.querySelector("[data-end]").disabled`)
}

// forgetCookies deletes every cookie of tab's browser, as closing the browser does.
func (d *desk) forgetCookies(tab context.Context) {
	d.t.Helper()
	d.do(tab, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
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
			d := newDesk(t, colourful(t, 0))
			tab := d.open()
			d.do(tab, chromedp.KeyEvent("a"))
			d.do(tab, tt.end...)
			d.await(tab, `document.body.innerText.includes("Thank you")`)
			if st, _ := d.conduct.Status(d.session); st.Outcome != tt.want {
				t.Errorf("the attempt ended %q, want %q", st.Outcome, tt.want)
			}
			d.stored(1)
		})
	}
}

func TestThePageGoesOnByItselfWhenTimeIsUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	tab := d.open()
	d.conduct.change(func(st *session.Status) { st.Deadline = time.Now().Add(20 * time.Second) })
	d.await(tab, `document.querySelector("[data-time]").dataset.time === "short"`)
	d.must(d.conduct.Finish(t.Context(), d.session, study.TimeUp))
	d.await(tab, `document.querySelector("[data-outcome]").textContent === "Time is up"`)
	d.await(tab, `document.body.innerText.includes("Thank you")`)
}

func TestAMachineThatIsHeldIsSaidSoAndTheKeyboardComesBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	tab := d.open()
	hold := func() {
		d.conduct.change(func(st *session.Status) { st.Stage = "Loading more of the desktop" })
		d.await(tab, `!document.querySelector("[data-loading]").hidden && !document.querySelector("[data-held]").hidden && document.querySelector("[data-began]").hidden`)
	}
	goOn := func() {
		d.conduct.change(func(st *session.Status) { st.Stage = "" })
		d.await(tab, `document.querySelector("[data-loading]").hidden`)
	}
	hold()
	d.do(tab, chromedp.MouseClickXY(600, 400)) // on the cover, as impatient people do
	d.await(tab, "document.activeElement === document.body")
	goOn()
	d.await(tab, desktopActive)
	d.do(tab, chromedp.KeyEvent("a"))
	d.stored(1)

	hold()
	d.do(tab, chromedp.Focus(chromedp.CSS("[data-ask=give-up]")))
	goOn()
	d.await(tab, `document.activeElement.matches("[data-ask=give-up]")`)

	hold()
	d.do(tab, chromedp.Reload())
	d.await(tab, desktopThere)
	d.await(tab, `!document.querySelector("[data-held]").hidden && document.querySelector("[data-began]").hidden`)
}

func TestADesktopThatAnswersLateIsSaidSoToWhoWaits(t *testing.T) {
	t.Parallel()
	d := newDesk(t, rfbtest.NewServer(200, 100)) // a machine that answers nothing
	tab := d.open()
	const notice = `document.querySelector("[data-notice]")`
	d.do(tab, chromedp.KeyEvent("a"))
	d.conduct.change(func(st *session.Status) { st.Slow = true })
	d.await(tab, "!"+notice+`.hidden && `+notice+`.textContent.startsWith("The desktop answers late")`)
	eventually(t, "that it was said is on record", func() bool { return slices.Contains(d.kinds(), study.SlowShown) })
	d.conduct.change(func(st *session.Status) { st.Slow = false })
	d.await(tab, notice+".hidden")
}
