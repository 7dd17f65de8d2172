package web

import (
	"image"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"vmstudy/studytest"
)

func TestAVideoIsMadeFromThePageOfARecording(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	l, path := filmed(t, reel{seconds: 5, every: 1, size: image.Pt(wide, high)})
	ctx := l.browse(path + "/recording")
	l.wants(l.get(path+"/video.mp4"), 404, "no video of this recording yet")
	_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(`form[action$="/video/make"] button`)))
	l.must(err)
	l.eventually(ctx, `document.querySelector('a[href$="/video.mp4"]') !== null`)
	if a := l.get(path + "/video.mp4"); a.StatusCode != 200 || a.Header.Get("Content-Type") != "video/mp4" || a.body[4:8] != "ftyp" {
		t.Errorf("status %d, type %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
	l.login = nil
	for _, of := range []string{"/video", "/video.mp4"} {
		l.wantsRedirect(l.get(path+of), "/signin?to="+strings.ReplaceAll(path+of, "/", "%2F"))
	}
}

func TestWithoutFFmpegThePageSaysWhatIsMissing(t *testing.T) {
	l, path := filmed(t, reel{seconds: 1, every: 1, size: image.Pt(8, 8)})
	t.Setenv("PATH", t.TempDir())
	l.wants(l.get(path+"/recording"), 200, "ffmpeg, which is not installed here")
	l.wants(l.post(path+"/video/make", url.Values{}), 404, "ffmpeg, which is not installed here")
}
