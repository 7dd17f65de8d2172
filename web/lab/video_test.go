package lab_test

import (
	"image"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/studytest"
)

func TestAVideoIsMadeFromThePageOfARecording(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	l, path := filmed(t, reel{seconds: 5, every: 1, size: image.Pt(webtest.Wide, webtest.High)})
	ctx := l.Browse(path + "/recording")
	l.Wants(l.Get(path+"/video.mp4"), 404, "no video of this recording yet")
	_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(`form[action$="/video/make"] button`)))
	l.Must(err)
	l.Eventually(ctx, `document.querySelector('a[href$="/video.mp4"]') !== null`)
	if a := l.Get(path + "/video.mp4"); a.StatusCode != 200 || a.Header.Get("Content-Type") != "video/mp4" || a.Body[4:8] != "ftyp" {
		t.Errorf("status %d, type %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
	l.Login = nil
	for _, of := range []string{"/video", "/video.mp4"} {
		l.WantsRedirect(l.Get(path+of), "/signin?to="+strings.ReplaceAll(path+of, "/", "%2F"))
	}
}

func TestWithoutFFmpegThePageSaysWhatIsMissing(t *testing.T) {
	l, path := filmed(t, reel{seconds: 1, every: 1, size: image.Pt(8, 8)})
	t.Setenv("PATH", t.TempDir())
	l.Wants(l.Get(path+"/recording"), 200, "ffmpeg, which is not installed here")
	l.Wants(l.Post(path+"/video/make", url.Values{}), 404, "ffmpeg, which is not installed here")
}
