package visit_test

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/wire"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

// typed returns the keysyms of the keys that were pressed at a machine, in their order.
func typed(machine *rfbtest.Server) (all []uint32) {
	for _, in := range machine.Inputs() {
		if key, is := in.(wire.KeyEvent); is && key.Down {
			all = append(all, key.Keysym)
		}
	}
	return all
}

func TestTextGoesInAndOutWhereTheClipboardIsOpen(t *testing.T) {
	t.Parallel()
	machine := rfbtest.NewServer(webtest.Wide, webtest.High)
	d := webtest.NewDesk(t, machine)
	design := studytest.OneTrial()
	design.Clipboard = true
	d.BeginWith(design, false)
	d.Conduct.Change(func(st *session.Status) { st.Attempt = d.Attempt.ID })
	tab := d.Open()

	d.Do(tab, hold("Control", "Alt", "Shift")) // leaves the desktop and comes back to the panel, by keyboard
	d.Await(tab, `document.activeElement.matches("[data-ask=give-up]")`)
	d.Do(tab, chromedp.Evaluate[chromedp.Void](`document.querySelector("[data-clipboard] summary").focus(); undefined`), chromedp.KeyEvent("\r"))
	d.Await(tab, `document.querySelector("[data-clipboard]").open`)
	before := len(typed(machine))
	d.Do(tab, chromedp.KeyEvent("\t"), chromedp.KeyEvent("aü"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"))
	d.Await(tab, `document.querySelector("[data-clipboard-fault]").innerText.includes("ü")`)
	d.Do(tab, chromedp.SetValue(chromedp.CSS("#clipboard-in"), "Hi,\nyou"), chromedp.KeyEvent("\r"))
	d.Await(tab, webtest.DesktopActive+` && document.querySelector("#clipboard-in").value === ""`)
	want := []uint32{0xffe1, 'H', 'i', ',', 0xff0d, 'y', 'o', 'u'}
	webtest.Eventually(t, "what was typed is at the machine", func() bool { return len(typed(machine)) >= before+len(want) })
	if got := typed(machine)[before:]; !slices.Equal(got, want) {
		t.Errorf("the machine was typed %#x, want %#x", got, want)
	}

	_, err := (*d.Machine.Load()).Write([]byte("\x03\x00\x00\x00\x00\x00\x00\x05hello")) // a ServerCutText between two updates, while the screen does not change
	d.Must(err)
	d.Await(tab, `document.querySelector("#clipboard-out").value === "hello" && !document.querySelector("[data-clipboard-copied]").hidden`)
	for _, width := range []int64{1366, 390} {
		d.Do(tab, chromedp.EmulateViewport(width, 844))
		d.Await(tab, webtest.NoWider)
	}
	webtest.Eventually(t, "both are on record", func() bool {
		return slices.Contains(d.Kinds(), study.TextTyped) && slices.Contains(d.Kinds(), study.TextCopied)
	})
	if n := len(d.Rows()); n > 2 {
		t.Errorf("%d rows are stored, want those of Ctrl and Alt at most: nobody pressed another key", n)
	}
}
