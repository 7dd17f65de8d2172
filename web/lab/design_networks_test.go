package lab_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/internal/webtest"
	"vmstudy/netem"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
)

func TestPhasesAreAddedAndRemovedWithoutScripts(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Networks[0].Network.Schedule.Phases = []study.Phase{{From: time.Second, For: time.Second, Outage: true}, {From: 5 * time.Second, For: time.Second, Outage: true}}
	id := l.Study(d, false)
	for do, want := range map[string][]string{ // where each phase stands, and when it begins
		"add networks[0].phases":     {"0 0 1", "0 1 5", "0 2 ", "1 0 "}, // a network without phases shows an empty row for one
		"add networks[1].phases":     {"0 0 1", "0 1 5", "1 0 "},
		"drop networks[0].phases[0]": {"0 0 5", "1 0 "},
		"drop networks[0].phases[9]": {"0 0 1", "0 1 5", "1 0 "},
		"drop networks[0].phases[x]": {"0 0 1", "0 1 5", "1 0 "},
		"drop networks[0]":           {"0 0 "},
		"add networks":               {"0 0 1", "0 1 5", "1 0 ", "2 0 "},
	} {
		in := lab.DesignFields(d)
		in.Set("do", do)
		a := l.Post(webtest.DesignPage(id), in)
		l.Wants(a, 200, "")
		var got []string
		for _, e := range webtest.All(a.Page, "input", "") {
			var network, phase int
			if n, err := fmt.Sscanf(webtest.Attr(e, "name"), "networks[%d].phases[%d].from_s", &network, &phase); n == 2 && err == nil {
				got = append(got, fmt.Sprint(network, " ", phase, " ", webtest.Attr(e, "value")))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", do, diff)
		}
	}
}

func TestTracesAreOfferedAndMustBeThere(t *testing.T) {
	l := webtest.NewLab(t)
	dir := t.TempDir()
	for _, file := range []string{"mine.trace", "Verizon-LTE-short.down", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte("1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.Serve(func(c *web.Config) { c.Traces = netem.NewTraces(dir) })
	d := studytest.Design()
	d.Networks[0].Network.TraceDown = "mine"
	d.Networks[1].Network = study.Network{TraceUp: "lost"}
	id := l.Study(d, false)
	a := l.Get(webtest.DesignPage(id))
	l.Wants(a, 200, "There is no trace lost: put a file lost.trace into "+dir)
	var offered []string
	for _, o := range webtest.All(l.One(a.Page, "select", "name=networks[1].trace_up"), "option", "") {
		offered = append(offered, webtest.Text(o))
	}
	if diff := cmp.Diff([]string{"none", "Verizon-LTE-short.down", "cafe-wifi", "commuter-lte", "mine", "steady-12mbps", "lost"}, offered); diff != "" {
		t.Errorf("traces on offer (-want +got):\n%s", diff)
	}
	l.Wants(a, 200, "is no trace to choose")
	l.Wants(a, 200, "rename it to notes.txt.trace")
	l.Serve(func(c *web.Config) {
		c.NoAppliances = func() ([]string, error) { return []string{"desk: it has no manifest.yaml"}, nil }
	})
	l.Wants(l.Get(webtest.DesignPage(id)), 200, "One file among the appliances cannot be used desk: it has no manifest.yaml")
	l.Wants(l.Get(webtest.StudyPage(id)+"/publish"), 200, "There is no trace lost")
	l.Wants(l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {document.Hash(d)}}), 422, "There is no trace lost")

	d.Networks[1].Network.TraceUp = "cafe-wifi"
	l.Must(studytest.Redraft(t.Context(), l.Store, id, d))
	l.Wants(l.Get(webtest.DesignPage(id)), 200, "This design can be published.")
	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {document.Hash(d)}}), webtest.StudyPage(id))
}
