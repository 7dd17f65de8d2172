package lab_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/lab"
)

// offeredNetworks are the names of what the form offers as the reader's own.
func offeredNetworks(l *webtest.Lab, path string) (names []string) {
	a := l.Get(path)
	l.Wants(a, 200, "")
	for _, group := range webtest.All(a.Page, "optgroup", "label=as one of mine") {
		for _, o := range webtest.All(group, "option", "") {
			name, _, _ := strings.Cut(webtest.Text(o), ":")
			names = append(names, name)
		}
	}
	return names
}

func TestANetworkIsKeptOnceAndBeginsAnotherStudy(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Networks[1].Name = "train"
	d.Networks[1].Network = study.Network{Down: 3 * study.Mbps, RTT: 80 * time.Millisecond}
	d.Networks[1].Network.Schedule.Phases = []study.Phase{{From: time.Second, For: 2 * time.Second, Outage: true}}
	id := l.Study(d, false)
	in := lab.DesignFields(d)
	in.Set("title", "typed and not saved")
	in.Set("do", "keep networks[1]")
	a := l.Post(webtest.DesignPage(id), in)
	l.Wants(a, 200, "“train” is among your networks now")
	if got := webtest.Attr(l.One(a.Page, "input", "name=title"), "value"); got != "typed and not saved" {
		t.Errorf("the form shows the title %q, want what was typed", got)
	}
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	if st.Draft.Name() != d.Name() {
		t.Errorf("the draft is called %q, want it as it was saved: %q", st.Draft.Name(), d.Name())
	}
	for _, path := range []string{"/lab/studies/new", webtest.DesignPage(l.Study(studytest.OneTrial(), false))} {
		if got := offeredNetworks(l, path); !slices.Equal(got, []string{"train"}) {
			t.Errorf("%s offers %q as one's own, want train", path, got)
		}
	}
	saved, err := l.Store.SavedNetworks(t.Context(), l.Ada.ID)
	l.Must(err)
	if len(saved) != 1 || !saved[0].Network.Equal(d.Networks[1].Network) {
		t.Fatalf("kept: %v, want the network with its phases", saved)
	}
	entries := l.Store.Audits()
	if e := entries[len(entries)-1]; e.Action != "save a network" || e.Who != "ada" || e.Why != "network=train" {
		t.Errorf("the audit's last entry: %+v, want that ada saved train", e)
	}
	l.Wants(l.Get("/lab/networks"), 200, "train")
	l.WantsRedirect(l.Post("/lab/networks/"+number(saved[0].ID)+"/remove", url.Values{}), "/lab/networks")
	l.Wants(l.Get("/lab/networks"), 200, "None yet.")
	if got := offeredNetworks(l, "/lab/studies/new"); len(got) > 0 {
		t.Errorf("offered after it was removed: %q", got)
	}
}

func TestWhatCannotBeKeptIsSaidAndStaysTyped(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	id := l.Study(d, false)
	l.Must(l.Store.SaveNetwork(t.Context(), study.SavedNetwork{By: l.Ada.ID, At: l.Now, NamedNetwork: study.NamedNetwork{Name: "taken", Network: study.Network{RTT: time.Second}}}))
	for name, c := range map[string]struct {
		field, value, do, say string
	}{
		"other values under a name that is taken": {"networks[1].name", "taken", "keep networks[1]", "Among your networks is another one called \"taken\""},
		"a value that cannot be read":             {"networks[1].rtt_ms", "fast", "keep networks[1]", "It is not kept yet"},
		"no name":                                 {"networks[1].name", "", "keep networks[1]", "needs a name"},
		"a row that is not there":                 {"networks[1].rtt_ms", "41", "keep networks[7]", "This network is empty"},
		"something else than a network":           {"networks[1].rtt_ms", "41", "keep title", "Only a network can be kept"},
	} {
		t.Run(name, func(t *testing.T) {
			in := lab.DesignFields(d)
			in.Set(c.field, c.value)
			in.Set("do", c.do)
			a := l.Post(webtest.DesignPage(id), in)
			l.Wants(a, 200, c.say)
			if got := webtest.Attr(l.One(a.Page, "input", "name="+c.field), "value"); got != c.value {
				t.Errorf("field %s shows %q, want what was typed: %q", c.field, got, c.value)
			}
			saved, err := l.Store.SavedNetworks(t.Context(), l.Ada.ID)
			l.Must(err)
			if len(saved) != 1 {
				t.Errorf("%d networks are kept, want the one of before", len(saved))
			}
		})
	}
}
