package visit_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/static"
	"vmstudy/web/view"
)

// The desktop must have the same size in every task: a longer instruction must not make it smaller.
func TestTheDesktopIsAsLargeWhateverTheTaskSays(t *testing.T) {
	t.Parallel()
	prose := func(text string) templ.Component { return page.ProseOf(study.Design{Markdown: true}, text, "") }
	tasks := map[string]view.Desktop{
		"a short text":       {Title: "Look", Instruction: prose("Look.")},
		"no text":            {Title: "Look", Instruction: prose("")},
		"headings and lists": {Title: "Look", Instruction: prose(strings.Repeat("# Look\n\n- here\n- there\n\n", 20))},
		"a long text":        {Title: "Write", Instruction: prose(strings.Repeat("Type every word of this sentence.\n\n", 40))},
		"a long name":        {Title: strings.Repeat("Write a letter ", 20), Instruction: prose("Write.")},
		"one long word":      {Title: "Write", Instruction: prose(strings.Repeat("a", 2000))},
		"practice":           {Title: "Look", Instruction: prose("Look."), Practice: true},
		"an open clipboard":  {Title: "Look", Instruction: prose("Look."), Clipboard: true},
		"a long time":        {Title: "Look", Instruction: prose("Look."), Limit: 3 * time.Hour},
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.StripPrefix("/static/", static.Handler()))
	mux.HandleFunc("GET /task", func(w http.ResponseWriter, r *http.Request) {
		d := tasks[r.URL.Query().Get("name")]
		if d.Limit == 0 {
			d.Limit = 3 * time.Minute
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := view.DesktopPage(view.Page{Title: d.Title}, d).Render(r.Context(), w); err != nil {
			t.Error(err)
		}
	})
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	tab := webtest.NewTab(t, 5*time.Minute)
	const size = `(() => {
		document.querySelectorAll("details").forEach((d) => { d.open = true; });
		const {width, height} = document.querySelector(".stage").getBoundingClientRect();
		return width + " x " + height;
	})()`
	for _, window := range [][2]int64{{1280, 720}, {1366, 768}, {1920, 1080}, {390, 844}, {768, 1024}} {
		sizes := map[string][]string{}
		for name := range tasks {
			open := func() error {
				return chromedp.Do(tab, chromedp.EmulateViewport(window[0], window[1]), chromedp.Navigate(site.URL+"/task?name="+strings.ReplaceAll(name, " ", "+")))
			}
			err := open()
			for err != nil && strings.Contains(err.Error(), "net::ERR_ABORTED") { // the page before has just loaded itself anew, since it has no visit
				err = open()
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := chromedp.Run(tab, chromedp.Evaluate[string](size))
			if err != nil {
				t.Fatal(err)
			}
			sizes[got] = append(sizes[got], name)
		}
		if len(sizes) != 1 {
			t.Errorf("at %d x %d the stage has different sizes: %v", window[0], window[1], fmt.Sprint(sizes))
		}
	}
}
