package clockbench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vmstudy/bench"
	"vmstudy/study"
)

// browser is a chromium without a window.
type browser struct {
	ctx   context.Context
	close func()
}

// programs are the names under which chromium may be installed.
var programs = []string{"chromium", "chromium-browser", "google-chrome"}

func findBrowser() (path string, err error) {
	for _, name := range programs {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", bench.Unable{Why: "needs a browser: apt-get install chromium"}
}

func startBrowser(ctx context.Context) (*browser, error) {
	path, err := findBrowser()
	if err != nil {
		return nil, err
	}
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.WindowSize(1366, 850), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // chromium has no sandbox for root
	}
	all, gone := chromedp.NewExecAllocator(ctx, flags...)
	b := &browser{}
	var closed func()
	b.ctx, closed = chromedp.NewContext(all)
	b.close = func() { closed(); gone() }
	if err := chromedp.Do(b.ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// tab is a participant's desktop.
type tab struct {
	ctx   context.Context
	close func()
}

// ready is an expression that becomes true in a page when keys go to the desktop.
const ready = `document.querySelector(".desktop")?.dataset.state === "running" &&
	document.activeElement?.tagName === "CANVAS" && !document.querySelector("[data-ask=give-up]").disabled`

// visit shows the desktop of a session, whose participant has this link.
func (b *browser) visit(site string, id study.SessionID, link string) (*tab, error) {
	path := fmt.Sprintf("/visit/%d", id)
	t := &tab{}
	t.ctx, t.close = chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	cookie := func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "visit", Value: link, URL: site, Path: path})
		return chromedp.Void{}, err
	}
	err := chromedp.Do(t.ctx, cookie, chromedp.Navigate(site+path))
	if err == nil {
		err = until(t.ctx, "the desktop", func() (bool, error) {
			is, err := chromedp.Run(t.ctx, chromedp.Evaluate[bool](`Boolean(`+ready+`)`))
			return is && err == nil, nil // a page that is being left gives an error; the next page is asked then
		})
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// press presses a key when it is due, or at once if that is past. It returns the time of the press, which it also tells the
// browser.
func (t *tab) press(key string, due time.Time) (at time.Time, err error) {
	select {
	case <-time.After(time.Until(due)):
	case <-t.ctx.Done():
		return at, context.Cause(t.ctx)
	}
	at = time.Now()
	told := func(p *input.DispatchKeyEventParams) {
		p.Timestamp = input.TimeSinceEpoch(float64(at.UnixMicro()) / 1e6)
	}
	return at, chromedp.Do(t.ctx, chromedp.KeyEvent(key, told))
}
