package visit_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
)

// links returns the languages that a page offers, and the one that it is in.
func links(a webtest.Answer) (offered []string, now string) {
	for _, nav := range webtest.All(a.Page, "nav", "class=languages") {
		for _, e := range webtest.All(nav, "", "lang") {
			offered = append(offered, webtest.Text(e))
		}
	}
	return offered, webtest.Attr(webtest.All(a.Page, "html", "")[0], "lang")
}

func TestAParticipantChoosesTheLanguageBeforeConsent(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Bilingual())
	link := page.LinkPath(p.Who.Link)
	a := p.Get(link)
	if offered, now := links(a); !slices.Equal(offered, []string{"English", "Deutsch"}) || now != "en" {
		t.Errorf("the welcome page offers %v and is in %q", offered, now)
	}
	a = p.Get(link + "?lang=de")
	p.Wants(a, 200, "Auf Deutsch: Writing a letter from afar")
	p.Wants(a, 200, "Die Teilnahme dauert etwa")
	f := p.Fill(a.Page)
	p.WantsRedirect(p.Submit(f), p.Visit())
	a = p.Get(p.Visit())
	p.Wants(a, 200, "Ich willige ein und nehme teil")
	p.Wants(a, 200, "Auf Deutsch: You will use a computer")
	if v := p.Session(); v.Language != "de" {
		t.Errorf("the visit is in %q, want de", v.Language)
	}

	p.WantsRedirect(p.Post(p.Visit()+"/language", url.Values{"language": {"en"}}), p.Visit())
	a = p.Get(p.Visit())
	p.Wants(a, 200, "I agree and take part")
	if strings.Contains(a.Body, "Auf Deutsch: You will") {
		t.Error("the consent is still in German")
	}
	p.Wants(p.Post(p.Visit()+"/language", url.Values{"language": {"fr"}}), 422, "not there in the language")
	p.WantsRedirect(p.Submit(p.Fill(a.Page)), p.Visit())
	if offered, _ := links(p.Get(p.Visit())); len(offered) > 0 {
		t.Errorf("after consent the page offers %v", offered)
	}
	p.Wants(p.Post(p.Visit()+"/language", url.Values{"language": {"de"}}), 409, "cannot be changed any more")
}

func TestTheBrowsersLanguageIsTheFirstGuess(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Bilingual())
	for header, want := range map[string]string{"": "en", "de-AT,de;q=0.9": "de", "fr": "en"} {
		r := httptest.NewRequest("GET", page.LinkPath(p.Who.Link), nil)
		r.Header.Set("Accept-Language", header)
		if _, now := links(p.Send(r)); now != want {
			t.Errorf("a browser that prefers %q gets the page in %q, want %q", header, now, want)
		}
	}
}

func TestAStudyOfOneLanguageOffersNoChoice(t *testing.T) {
	d := studytest.Design()
	d.Languages = []study.Language{"de"}
	d = questionnaire.Complete(d, study.Design{})
	p := webtest.NewPerson(t, d)
	if offered, now := links(p.Get(page.LinkPath(p.Who.Link))); len(offered) > 0 || now != "de" {
		t.Errorf("the page offers %v and is in %q", offered, now)
	}
	p.Begin()
	a := p.Walk(study.StepAbout, nil)
	p.Wants(a, 200, "Wie alt sind Sie?")
	p.Wants(p.Post(p.Visit()+"/answers", url.Values{"instrument": {"about"}}), 422, "Bitte beantworten Sie diese Frage.")
}

func TestAnswersAreStoredWithoutTheirLanguage(t *testing.T) {
	given := map[string][]study.Answer{}
	for _, l := range []study.Language{"en", "de"} {
		d := studytest.Design()
		d.Languages, d.About = []study.Language{l}, "sus"
		p := webtest.NewPerson(t, d)
		p.Begin()
		p.Walk(study.StepPause, nil)
		ratings, err := p.Store.Ratings(t.Context(), p.Session().ID)
		p.Must(err)
		for _, r := range ratings[0] {
			given[string(l)] = append(given[string(l)], r.Answers...)
		}
	}
	if len(given["en"]) == 0 || fmt.Sprint(given["en"]) != fmt.Sprint(given["de"]) {
		t.Errorf("answers in English %v, in German %v", given["en"], given["de"])
	}
}

// strange is the design with every text in letters with accents, in the pseudo-language.
func strange() study.Design {
	d := studytest.Design()
	for _, q := range questionnaire.Named() { // whose questions webtest can answer
		if slices.Contains(d.Asked(), q.ID) {
			d.Questionnaires = append(d.Questionnaires, q.Clone())
		}
	}
	d.Languages, d.Record = []study.Language{catalogue.Pseudo}, study.RecordAsk
	for _, w := range d.Wordings() {
		if !w.Empty() {
			*w = study.Plain("ŝţûďý")
		}
	}
	return d
}

// plainWord matches a word of English letters.
var plainWord = regexp.MustCompile(`[A-Za-z]{2,}`)

var tag = regexp.MustCompile(`<[^>]*>`)

// untranslated returns the words on a page that have not passed through the catalogue: in texts, and in attributes that people
// see or hear. Version hashes, names of zones and of the program are no words.
func untranslated(page *html.Node) (words []string) {
	for n := range page.Descendants() {
		text := ""
		if n.Type == html.TextNode && n.Parent != nil && !slices.Contains([]string{"script", "style", "code"}, n.Parent.Data) {
			text = tag.ReplaceAllString(n.Data, " ") // a noscript has tags as its text
		}
		for _, a := range n.Attr {
			if slices.Contains([]string{"aria-label", "aria-valuetext", "title", "alt", "placeholder"}, a.Key) {
				text += " " + a.Val
			}
		}
		for _, name := range []string{"vmstudy", "Europe/Berlin", "CEST", "CET", "UTC"} {
			text = strings.ReplaceAll(text, name, "")
		}
		words = append(words, plainWord.FindAllString(text, -1)...)
	}
	return words
}

func TestNoWordOfAPageEvadesTheCatalogue(t *testing.T) {
	p := webtest.NewPerson(t, strange())
	pages := 0
	look := func(what string, a webtest.Answer) {
		t.Helper()
		pages++
		if a.Page == nil {
			t.Fatalf("%s is no page: %s", what, a.Body)
		}
		if words := untranslated(a.Page); len(words) > 0 {
			t.Errorf("%s says %q without the catalogue", what, words)
		}
		if lang := webtest.Attr(webtest.All(a.Page, "html", "")[0], "lang"); lang != string(catalogue.Pseudo) {
			t.Errorf("%s is in %q", what, lang)
		}
	}
	ask := func(method, path string, fields url.Values) webtest.Answer {
		r := httptest.NewRequest(method, path, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept-Language", string(catalogue.Pseudo))
		return p.Send(r)
	}
	look("the welcome page", ask("GET", page.LinkPath(p.Who.Link), nil))
	look("a link that is none", ask("GET", page.LinkPath("nobody"), nil))
	look("a visit of somebody else", ask("GET", page.VisitPath(1), nil))
	look("a form of nobody", ask("POST", page.VisitPath(1)+"/consent", nil))
	look("an address that is none", ask("GET", "/nowhere", nil))
	p.Begin()
	look("the welcome page again", p.Get(page.LinkPath(p.Who.Link)))
	consent := p.Fill(p.Get(p.Visit()).Page)
	asked := map[study.StepKind]bool{}
	last := p.Walk(study.StepEnd, func(a webtest.Answer, f webtest.Filled) {
		kind := p.Session().Step().Kind
		look("the page of the step "+string(kind), a)
		if strings.HasSuffix(f.Path, "/answers") && !asked[kind] {
			asked[kind] = true
			empty := url.Values{}
			for _, name := range []string{"trial", "attempt", "instrument"} {
				empty.Set(name, f.Fields.Get(name))
			}
			look("the questions without answers", p.Post(f.Path, empty))
		}
	})
	look("the thanks", last)
	consent.Fields.Set("record", "no")
	look("a consent that came too late", p.Submit(consent))
	if pages < 25 {
		t.Errorf("only %d pages were looked at", pages)
	}
}
