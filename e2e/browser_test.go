package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser is one tab of a person's browser.
type browser struct {
	t   *testing.T
	tab context.Context
}

// newBrowser opens Debian's chromium without a window. It ends before the test's deadline, so that
// there is time for a picture of what went wrong.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	end, bounded := t.Deadline()
	if !bounded {
		end = time.Now().Add(3 * time.Hour)
	}
	ctx, cancel := context.WithDeadline(context.Background(), end.Add(-20*time.Second)) // t.Context would end before pictures are taken
	t.Cleanup(cancel)
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1366, 850), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel = chromedp.NewExecAllocator(ctx, flags...)
	t.Cleanup(cancel)
	tab, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, tab: tab}
	b.begin()
	return b
}

// begin opens an empty page. If the test fails, begin takes a picture of the last page when the
// test ends.
func (b *browser) begin() {
	b.t.Helper()
	b.do(chromedp.Navigate("about:blank"))
	b.t.Cleanup(func() {
		if b.t.Failed() {
			text, err := chromedp.Run(b.tab, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
			b.t.Logf("the page at the end (%v):\n%s", err, text)
			b.picture("failed")
		}
	})
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.tab, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) goTo(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
}

// read evaluates an expression. It tries again while the browser replaces the page.
func read[T any](b *browser, expression string) T {
	b.t.Helper()
	var last error
	for range 100 {
		v, err := chromedp.Run(b.tab, chromedp.Evaluate[T](expression))
		if err == nil {
			return v
		}
		last = err
		if !b.tick() {
			break
		}
	}
	b.t.Fatalf("evaluating %s: %v", expression, last)
	panic("not reached")
}

// await waits until an expression is true, also if the page changes meanwhile.
func (b *browser) await(expression string) {
	b.t.Helper()
	for {
		is, err := chromedp.Run(b.tab, chromedp.Evaluate[bool](`Boolean(`+expression+`)`))
		if err == nil && is {
			return
		}
		if !b.tick() {
			b.t.Fatalf("waited in vain for: %s (%v)", expression, err)
		}
	}
}

// tick waits a moment between two looks at a page. It returns false when the browser's time is
// over.
func (b *browser) tick() bool {
	select {
	case <-time.After(30 * time.Millisecond):
		return true
	case <-b.tab.Done():
		return false
	}
}

// act runs a script that leads to another page, and waits until that page is there.
func (b *browser) act(script string) {
	b.t.Helper()
	read[bool](b, `window.left = false, window.here = true`)
	read[bool](b, script+`; true`)
	b.await(`!window.here && document.readyState === "complete"`)
}

// hold is how long a key stays down, as a quick typist does it. With QEMU's VNC server, keys must
// not be shorter: it looks at the guest's screen when an input comes, and then rarely, so it often
// notices the answer to a key only when the key is released.
const hold = 60 * time.Millisecond

// press presses and releases the key of a character, together with Shift for a capital letter: a
// machine receives keys, not letters.
func (b *browser) press(r rune) {
	b.t.Helper()
	if unicode.IsUpper(r) {
		shift := input.DispatchKeyEventParams{
			Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Shift", Code: "ShiftLeft",
			WindowsVirtualKeyCode: 16, NativeVirtualKeyCode: 16,
		}
		b.key(shift)
		shift.Type = input.DispatchKeyEventTypeKeyUp
		defer b.key(shift)
	}
	for _, event := range kb.Encode(r) {
		if event.Type == kb.KeyUp {
			<-time.After(hold)
		}
		b.key(*event)
	}
}

func (b *browser) key(event input.DispatchKeyEventParams) {
	b.t.Helper()
	if _, err := chromedp.Call(b.tab, input.DispatchKeyEvent, event); err != nil {
		b.t.Fatalf("key %s: %v", event.Key, err)
	}
}

// save presses Ctrl+S.
func (b *browser) save() {
	b.t.Helper()
	ctrl := input.DispatchKeyEventParams{Key: "Control", Code: "ControlLeft", WindowsVirtualKeyCode: 17, NativeVirtualKeyCode: 17}
	s := input.DispatchKeyEventParams{Key: "s", Code: "KeyS", WindowsVirtualKeyCode: 83, NativeVirtualKeyCode: 83, Modifiers: int64(chromedp.ModifierCtrl)}
	for _, e := range []struct {
		kind  input.DispatchKeyEventType
		event input.DispatchKeyEventParams
	}{{input.DispatchKeyEventTypeRawKeyDown, ctrl}, {input.DispatchKeyEventTypeRawKeyDown, s}, {input.DispatchKeyEventTypeKeyUp, s}, {input.DispatchKeyEventTypeKeyUp, ctrl}} {
		e.event.Type = e.kind
		b.key(e.event)
		<-time.After(hold)
	}
}

// picture saves a picture of the page in the directory that STUDYCTL_PICTURES names.
func (b *browser) picture(name string) {
	dir := os.Getenv("STUDYCTL_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.tab, chromedp.CaptureScreenshot())
	if err == nil {
		name = fmt.Sprintf("%s-%s.png", strings.ReplaceAll(b.t.Name(), "/", "-"), name)
		err = os.WriteFile(filepath.Join(dir, name), png, 0o600)
	}
	if err != nil {
		b.t.Log(err)
	}
}
