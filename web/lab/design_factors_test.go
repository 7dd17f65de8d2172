package lab_test

import (
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/lab"
)

// asShown returns what a browser sends of the form of a design.
func asShown(page *html.Node) url.Values {
	in := url.Values{}
	for _, e := range webtest.All(page, "input", "name") {
		ticked := slices.ContainsFunc(e.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
		if webtest.Attr(e, "type") == "checkbox" && !ticked {
			continue
		}
		in.Add(webtest.Attr(e, "name"), webtest.Attr(e, "value"))
	}
	for _, e := range webtest.All(page, "textarea", "name") {
		text := "" // as it stands there, with its line breaks
		for child := e.FirstChild; child != nil; child = child.NextSibling {
			text += child.Data
		}
		in.Set(webtest.Attr(e, "name"), text)
	}
	for _, e := range webtest.All(page, "select", "name") {
		for _, o := range webtest.All(e, "option", "selected") {
			in.Set(webtest.Attr(e, "name"), webtest.Attr(o, "value"))
		}
	}
	return in
}

// Whoever saves the page of a design as it is changes none of its factors, groups and forms, also not what has no field.
func TestThePageOfADesignKeepsFactorsAndGroups(t *testing.T) {
	l := webtest.NewLab(t)
	want := studytest.Grouped()
	want.Tasks = want.Tasks[:1] // the other one's appliance is not installed
	want.Factors[0].Levels[0] = study.FreeLevel{Name: "bright"}
	id := l.Study(want, false)
	in := asShown(l.Get(webtest.DesignPage(id)).Page)
	in.Set("do", "save")
	a := l.Post(webtest.DesignPage(id), in)
	if a.StatusCode >= 400 {
		t.Fatalf("status %d: %s", a.StatusCode, webtest.Text(a.Page))
	}
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	if diff := cmp.Diff(want.Factors, st.Draft.Factors); diff != "" {
		t.Errorf("factors (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.Groups, st.Draft.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.Tasks[0].Forms, st.Draft.Tasks[0].Forms); diff != "" {
		t.Errorf("forms (-want +got):\n%s", diff)
	}
}

func TestFactorsAndGroupsAreLaidOutOnThePage(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false)
	in := lab.DesignFields(studytest.Design())
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	in.Set("revision", st.Revision)
	in.Set("do", "add factors")
	l.One(l.Post(webtest.DesignPage(id), in).Page, "input", "name=factors[0].levels[0].told")
	for field, value := range map[string]string{
		"do": "save", "factors[0].name": "light", "factors[0].levels[0].name": "bright", "factors[0].levels[1].name": "dark", "factors[0].levels[1].shown": "It gets dark.",
		"groups[0].name": "invited", "groups[0].codes": "P001, P007", "groups[1].name": "gamers", "groups[1].answered.item": "games", "groups[1].answered.is": "weekly daily",
	} {
		in.Set(field, value)
	}
	in["groups[1].networks[]"] = []string{"LAN"}
	if a := l.Post(webtest.DesignPage(id), in); a.StatusCode >= 400 {
		t.Fatalf("status %d: %s", a.StatusCode, webtest.Text(a.Page))
	}
	st, err = l.Store.Study(t.Context(), id)
	l.Must(err)
	d := st.Draft
	if len(d.Factors) != 1 || d.Factors[0].Levels[1].Shown.String() != "It gets dark." || len(d.Groups) != 2 {
		t.Fatalf("factors %+v, groups %+v", d.Factors, d.Groups)
	}
	if diff := cmp.Diff([]string{"P001", "P007"}, d.Groups[0].Codes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"weekly", "daily"}, d.Groups[1].Answered.Is); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"LAN"}, d.Groups[1].Networks); diff != "" {
		t.Error(diff)
	}
}
