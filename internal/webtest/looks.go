package webtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"vmstudy/studytest"
)

// Pictures names the environment variable with a directory in which tests save pictures. Without it they save none.
const Pictures = "STUDYCTL_TEST_PICTURES"

// PageLook is one of the looks of a page.
type PageLook struct{ Wide, Dark bool }

// String names the look, as in 390-dark.
func (l PageLook) String() string {
	return fmt.Sprintf("%d-%s", l.width(), l.scheme())
}

func (l PageLook) width() int64 {
	if l.Wide {
		return 1280
	}
	return 390
}

func (l PageLook) scheme() string {
	if l.Dark {
		return "dark"
	}
	return "light"
}

// EachLook shows the page in a tab in each of its looks, wide and narrow, light and dark, and calls check with each. It
// saves a picture of each look, under the page's name.
func EachLook(t *testing.T, tab context.Context, page string, check func(PageLook)) {
	t.Helper()
	for _, look := range []PageLook{{Wide: true}, {Wide: true, Dark: true}, {}, {Dark: true}} {
		if err := chromedp.Do(tab, chromedp.EmulateViewport(look.width(), 900)); err != nil {
			t.Fatal(err)
		}
		Prefer(t, tab, look.scheme())
		check(look)
		keepPicture(t, tab, fmt.Sprintf("%s-%s", page, look))
	}
}

// Prefer makes a tab's browser prefer light or dark pages.
func Prefer(t *testing.T, tab context.Context, scheme string) {
	t.Helper()
	prefers := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(tab, emulation.SetEmulatedMedia, prefers); err != nil {
		t.Fatal(err)
	}
}

func keepPicture(t *testing.T, tab context.Context, name string) {
	t.Helper()
	dir := os.Getenv(Pictures)
	if dir == "" {
		return
	}
	png, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Axe returns the program axe-core, which finds what keeps people with disabilities from using a page. npm ci fetches it.
func Axe(t *testing.T) string {
	t.Helper()
	root := "."
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		root = filepath.Join(root, "..")
	}
	file := filepath.Join(root, "node_modules", "axe-core", "axe.min.js")
	program, err := os.ReadFile(file)
	if err != nil {
		studytest.Lacks(t, "axe", err.Error()+"; npm ci fetches it")
	}
	return string(program)
}

// Which rules of axe-core are checked. One that axe leaves out unless asked: who speaks to their computer says what they read on a button, so its name must
// have these words.
const (
	EveryRule = `{resultTypes: ["violations"], rules: {"label-content-name-mismatch": {enabled: true}}}`
	Contrast  = `{resultTypes: ["violations"], runOnly: ["color-contrast"]}`
)

// Violations runs axe-core in a tab's page. It returns a line for each rule that an element breaks.
func Violations(t *testing.T, tab context.Context, axe, rules string) []string {
	t.Helper()
	there, err := chromedp.Run(tab, chromedp.Evaluate[bool](`"axe" in window`))
	if err == nil && !there {
		_, err = chromedp.Run(tab, chromedp.Evaluate[chromedp.Void](axe+"; undefined"))
	}
	if err != nil {
		t.Fatalf("axe: %v", err)
	}
	found, err := chromedp.Run(tab, chromedp.Evaluate[[]string](`
		axe.run(document, `+rules+`).then((r) => r.violations.flatMap((v) => v.nodes.map((n) =>
			v.id + " (" + v.impact + "): " + n.target.join(" ") + ": " + n.failureSummary.replaceAll("\n", " "))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("axe: %v", err)
	}
	return found
}
