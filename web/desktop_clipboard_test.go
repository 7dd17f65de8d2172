package web

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

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
	machine := rfbtest.NewServer(wide, high)
	d := newDesk(t, machine)
	design := studytest.OneTrial()
	design.Clipboard = true
	d.beginWith(design, false)
	d.conduct.change(func(st *session.Status) { st.Attempt = d.attempt.ID })
	tab := d.open()

	d.do(tab, hold("Control", "Alt", "Shift")) // leaves the desktop and comes back to the panel, by keyboard
	d.await(tab, `document.activeElement.matches("[data-ask=give-up]")`)
	d.do(tab, chromedp.Evaluate[chromedp.Void](`document.querySelector("[data-clipboard] summary").focus(); undefined`), chromedp.KeyEvent("\r"))
	d.await(tab, `document.querySelector("[data-clipboard]").open`)
	before := len(typed(machine))
	d.do(tab, chromedp.KeyEvent("\t"), chromedp.KeyEvent("aü"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"))
	d.await(tab, `document.querySelector("[data-clipboard-fault]").innerText.includes("ü")`)
	d.do(tab, chromedp.SetValue(chromedp.CSS("#clipboard-in"), "Hi,\nyou"), chromedp.KeyEvent("\r"))
	d.await(tab, desktopActive+` && document.querySelector("#clipboard-in").value === ""`)
	want := []uint32{0xffe1, 'H', 'i', ',', 0xff0d, 'y', 'o', 'u'}
	eventually(t, "what was typed is at the machine", func() bool { return len(typed(machine)) >= before+len(want) })
	if got := typed(machine)[before:]; !slices.Equal(got, want) {
		t.Errorf("the machine was typed %#x, want %#x", got, want)
	}

	_, err := (*d.machine.Load()).Write([]byte("\x03\x00\x00\x00\x00\x00\x00\x05hello")) // a ServerCutText between two updates, while the screen does not change
	d.must(err)
	d.await(tab, `document.querySelector("#clipboard-out").value === "hello" && !document.querySelector("[data-clipboard-copied]").hidden`)
	for _, width := range []int64{1366, 390} {
		d.do(tab, chromedp.EmulateViewport(width, 844))
		d.await(tab, noWider)
	}
	eventually(t, "both are on record", func() bool {
		return slices.Contains(d.kinds(), study.TextTyped) && slices.Contains(d.kinds(), study.TextCopied)
	})
	if n := len(d.rows()); n > 2 {
		t.Errorf("%d rows are stored, want those of Ctrl and Alt at most: nobody pressed another key", n)
	}
}
