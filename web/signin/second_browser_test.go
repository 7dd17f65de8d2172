package signin_test

import (
	"context"
	"encoding/base32"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/studytest"
	"vmstudy/web/signin"
)

// ada sets her second factor up in a browser. A stranger's reader of QR codes stands for the app's camera.
func TestInABrowserAnAppReadsTheCodeAndSignsIn(t *testing.T) {
	studytest.Need(t, "zbar", "chromium")
	t.Parallel()
	l := webtest.SignedOut(t)
	site := httptest.NewServer(l.Handler)
	t.Cleanup(site.Close)
	tab := webtest.NewTab(t, 2*time.Minute)
	send := func(fields map[string]string) { // into the form of the page
		t.Helper()
		script := ""
		for name, value := range fields {
			script += `document.querySelector("main [name=` + name + `]").value = ` + "`" + value + "`;"
		}
		_, err := chromedp.RunResponse(tab, chromedp.Evaluate[chromedp.Void](script+`document.querySelector("main form").requestSubmit(); undefined`))
		l.Must(err)
	}
	l.Must(chromedp.Do(tab, chromedp.Navigate(site.URL+"/signin?to="+url.QueryEscape(signin.SecondFactorPath))))
	send(map[string]string{"name": "ada", "password": adasPassword})
	has := app{l, secretOnScreen(t, tab)}
	send(map[string]string{"password": adasPassword, "code": has.shows()})
	l.Eventually(tab, `document.querySelectorAll("main .recovery li").length === 10`)

	l.Now = l.Now.Add(time.Minute)
	_, err := chromedp.RunResponse(tab, chromedp.Evaluate[chromedp.Void](`document.querySelector("form.who").requestSubmit(); undefined`))
	l.Must(err)
	l.Must(chromedp.Do(tab, chromedp.Navigate(site.URL+"/signin")))
	send(map[string]string{"name": "ada", "password": adasPassword})
	l.Eventually(tab, `location.pathname === "/signin/code" && document.activeElement.name === "code"`)
	send(map[string]string{"code": "000000"})
	l.Eventually(tab, `document.querySelector("main .error, main [role=alert]").textContent.includes("not a code of this moment")`)
	send(map[string]string{"code": has.shows()})
	l.Eventually(tab, `location.pathname === "/lab" && document.querySelector("h1").textContent === "Studies"`)
}

// secretOnScreen returns the secret of the QR code that a page shows.
func secretOnScreen(t *testing.T, tab context.Context) []byte {
	t.Helper()
	var text string
	for _, scheme := range []string{"dark", "light"} {
		webtest.Prefer(t, tab, scheme)
		picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "page.png")
		if err := os.WriteFile(file, picture, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "zbarimg", "--quiet", "--raw", file).Output()
		if err != nil {
			t.Fatalf("%s: the code was not read: %v", scheme, err)
		}
		text = strings.TrimSpace(string(out))
	}
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := base32.StdEncoding.DecodeString(u.Query().Get("secret"))
	if err != nil {
		t.Fatalf("the secret in %q: %v", text, err)
	}
	return secret
}
