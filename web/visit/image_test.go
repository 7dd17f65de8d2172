package visit_test

import (
	"strings"
	"testing"

	"vmstudy/document"
	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// Participants see the images of their study, and no others.
func TestParticipantsSeeTheImagesOfTheirStudy(t *testing.T) {
	own := study.ImageFile{Type: "image/png", Content: []byte("\x89PNG own")}
	own.SHA256 = document.HashOf(string(own.Content))
	other := study.ImageFile{Type: "image/png", Content: []byte("\x89PNG other")}
	other.SHA256 = document.HashOf(string(other.Content))
	d := studytest.OneTrial()
	d.Markdown, d.Consent = true, study.Plain("Look: ![a room](room.png)")
	d.Images = []study.Image{{Name: "room.png", SHA256: own.SHA256}}
	p := webtest.NewPerson(t, d)
	p.Must(p.Store.KeepImage(t.Context(), own))
	p.Must(p.Store.KeepImage(t.Context(), other))
	p.Begin()
	a := p.Get(p.Visit())
	image := p.One(a.Page, "img", "")
	if webtest.Attr(image, "alt") != "a room" {
		t.Errorf("the image reads %q", webtest.Attr(image, "alt"))
	}
	sent := p.Get(webtest.Attr(image, "src"))
	if sent.StatusCode != 200 || sent.Body != string(own.Content) || sent.Header.Get("Content-Type") != "image/png" {
		t.Errorf("status %d, %v", sent.StatusCode, sent.Header)
	}
	if got := p.Get(p.Visit() + "/images/" + other.SHA256); got.StatusCode != 404 {
		t.Errorf("an image of another study: status %d", got.StatusCode)
	}
	if path := webtest.Attr(image, "src"); !strings.HasPrefix(path, p.Visit()+"/images/") {
		t.Errorf("the page loads from %q", path)
	}
}
