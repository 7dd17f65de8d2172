package webtest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/studytest"
)

// chromium is the browser for all tests of this package. The first test that needs it starts it,
// because a browser for each test would take longer than most tests.
var chromium struct {
	start sync.Once
	ctx   context.Context
	stop  func()
	err   error
}

func startChromium() {
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1366, 850), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	all, gone := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, closed := chromedp.NewContext(all)
	chromium.ctx, chromium.stop = ctx, func() { closed(); gone() }
	chromium.err = chromedp.Do(ctx)
}

// stopChromium ends the browser, if a test has started it.
func stopChromium() {
	if chromium.stop != nil {
		chromium.stop()
	}
}

// NewTab opens a tab with cookies and storage of its own. The tab closes when the test ends or
// limit is over.
func NewTab(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	studytest.Need(t, "chromium")
	chromium.start.Do(startChromium)
	if chromium.err != nil {
		t.Fatalf("chromium: %v", chromium.err)
	}
	ctx, stop := context.WithTimeout(chromium.ctx, limit)
	t.Cleanup(stop)
	tab, closed := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closed)
	return tab
}
