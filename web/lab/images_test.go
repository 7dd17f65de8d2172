package lab_test

import (
	"archive/zip"
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"vmstudy/document"
	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// aPicture returns a PNG of the given width.
func aPicture(l *webtest.Lab, width int) []byte {
	l.T.Helper()
	var out bytes.Buffer
	l.Must(png.Encode(&out, image.NewGray(image.Rect(0, 0, width, 40))))
	return out.Bytes()
}

// addImage uploads an image as the page of a design does.
func addImage(l *webtest.Lab, id study.StudyID, revision, name string, content []byte) webtest.Answer {
	l.T.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	l.Must(form.WriteField("revision", revision))
	file, err := form.CreateFormFile("file", name)
	l.Must(err)
	_, err = file.Write(content)
	l.Must(err)
	l.Must(form.Close())
	r := httptest.NewRequest("POST", webtest.StudyPage(id)+"/images", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return l.Do(r)
}

func TestAStudyGetsImages(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Markdown, d.Consent = true, study.Plain("Look:\n\n![a room](room.png)")
	d = questionnaire.Complete(d, study.Design{})
	id := l.Study(d, false)
	draft := func() study.Study {
		t.Helper()
		st, err := l.Store.Study(t.Context(), id)
		l.Must(err)
		return st
	}
	l.Wants(l.Get(webtest.DesignPage(id)), 200, "This text shows the image \"room.png\", which the study does not have")
	l.Wants(addImage(l, id, draft().Revision, "room.png", []byte("<svg/>")), 422, "room.png is no PNG, JPEG or WebP.")
	l.Wants(addImage(l, id, "another", "room.png", aPicture(l, 60)), 409, "The draft has been saved since you opened this page")
	l.WantsRedirect(addImage(l, id, draft().Revision, "room.png", aPicture(l, 60)), webtest.DesignPage(id)+"#images")
	l.WantsRedirect(addImage(l, id, draft().Revision, "room.png", aPicture(l, 80)), webtest.DesignPage(id)+"#images") // in place of the first

	page := l.Get(webtest.DesignPage(id))
	if images := draft().Draft.Images; len(images) != 1 || images[0].SHA256 != document.HashOf(string(aPicture(l, 80))) {
		t.Fatalf("the images are %v", images)
	}
	sent := l.Get(webtest.Attr(l.One(page.Page, "img", ""), "src"))
	if sent.Body != string(aPicture(l, 80)) || sent.Header.Get("Content-Type") != "image/png" || sent.Header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(sent.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the image was sent with %v", sent.Header)
	}
	l.Wants(l.Get("/lab/images/%00"), 404, "")

	in := asShown(page.Page) // saving the page keeps them
	in.Set("do", "save")
	before := draft().Revision
	l.WantsRedirect(l.Post(webtest.DesignPage(id), in), webtest.DesignPage(id)+"?saved")
	if draft().Revision != before {
		t.Errorf("saving the page changed the images to %v", draft().Draft.Images)
	}

	bundle := l.Get(webtest.StudyPage(id) + "/study.zip")
	z, err := zip.NewReader(strings.NewReader(bundle.Body), int64(len(bundle.Body)))
	if err != nil || len(z.File) != 2 || z.File[0].Name != "study.yaml" || z.File[1].Name != "images/room.png" {
		t.Fatalf("the bundle %v, error %v", z, err)
	}
	upload(l, bundle.Body)
	studies, err := l.Store.Studies(t.Context())
	l.Must(err)
	if studies[0].ID == id || studies[0].Revision != before {
		t.Errorf("the bundle became another study: %+v", studies[0].Draft)
	}

	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/images/room.png/remove", url.Values{"revision": {before}}), webtest.DesignPage(id)+"#images")
	if images := draft().Draft.Images; len(images) > 0 {
		t.Errorf("the images are %v", images)
	}
}

// A study file names images, and does not have them.
// A study file may have any text for an image's name and hash. On the page it must not lead anywhere else.
func TestAnImagesNameLeadsNowhereElse(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Images = []study.Image{{Name: "../../7/delete#", SHA256: "../studies/7/download"}}
	id := l.Study(d, false)
	shown := l.Get(webtest.DesignPage(id)).Page
	for _, form := range webtest.All(shown, "form", "") {
		if action := webtest.Attr(form, "action"); strings.Contains(action, "..") && !strings.Contains(action, "..%2F..%2F7%2Fdelete%23/remove") {
			t.Errorf("a form goes to %s", action)
		}
	}
	for _, img := range webtest.All(shown, "img", "") {
		if src := webtest.Attr(img, "src"); strings.Contains(src, "../") {
			t.Errorf("an image is asked for at %s", src)
		}
	}
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	removed := l.Post(webtest.StudyPage(id)+"/images/..%2F..%2F7%2Fdelete%23/remove", url.Values{"revision": {st.Revision}})
	l.WantsRedirect(removed, webtest.DesignPage(id)+"#images")
	if st, err = l.Store.Study(t.Context(), id); err != nil || len(st.Draft.Images) != 0 {
		t.Errorf("the images that are left are %v, %v", st.Draft.Images, err)
	}
	l.Wants(l.Get(webtest.StudyPage(id)+"/study.zip"), 200, "")
}

func TestAStudyWithoutItsImagesIsNotPublished(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Images = []study.Image{{Name: "room.png", SHA256: strings.Repeat("00", 32)}}
	id := l.Study(d, false)
	l.Wants(l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {document.Hash(d)}}), 422, "Image room.png is not here: upload it.")
}

func TestABundleWithFaultsMakesNoStudy(t *testing.T) {
	l := webtest.NewLab(t)
	var content bytes.Buffer
	z := zip.NewWriter(&content)
	_, err := z.Create("../study.yaml")
	l.Must(err)
	l.Must(z.Close())
	l.Wants(upload(l, content.String()), 422, "and nothing else")
	if studies, err := l.Store.Studies(t.Context()); err != nil || len(studies) > 0 {
		t.Errorf("%d studies were made, error %v", len(studies), err)
	}
}
