package lab_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"vmstudy/internal/webtest"
	"vmstudy/record"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
)

// reel describes the recording that a test makes: how long the trial takes, after how many seconds
// the screen changes its colour, and its size. A corner of the screen changes all the time, and the
// page is reloaded in the middle.
type reel struct {
	seconds, every int
	size           image.Point
}

// recording returns a lab with an attempt whose recording has begun, and the path of its pages.
func recording(t *testing.T) (l *webtest.Lab, library *record.Library, of study.AttemptID, path string) {
	t.Helper()
	l = webtest.NewLab(t)
	library, err := record.NewLibrary(record.Config{Dir: t.TempDir(), Store: l.Store})
	l.Must(err)
	t.Cleanup(func() { _ = library.Close(context.Background()) })
	l.Serve(func(c *web.Config) { c.Recordings = library })
	st := l.Study(webtest.RecordedDesign(study.RecordAll, true), true)
	people, err := l.Store.AddParticipants(t.Context(), st, false, []string{"filmed"}, l.Now)
	l.Must(err)
	id, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(t.Context(), id, true, l.Now))
	x, err := l.Store.Session(t.Context(), id)
	l.Must(err)
	a, err := l.Store.OpenAttempt(t.Context(), study.Attempt{Trial: x.Trials[0].ID, AskedAt: l.Now})
	l.Must(err)
	l.Must(l.Store.BeginRecording(t.Context(), a.ID, l.Now))
	return l, library, a.ID, webtest.AttemptPage(id, a.ID)
}

// filmed returns a lab with the recording of a trial, and the path of its pages.
func filmed(t *testing.T, r reel) (l *webtest.Lab, path string) {
	t.Helper()
	l, library, a, path := recording(t)
	f, err := os.Create(library.Path(a))
	l.Must(err)
	s := film(t, f, r)
	l.Must(f.Close())
	l.Must(l.Store.EndRecording(t.Context(), study.Recording{
		Attempt: a, Duration: s.Duration, Segments: s.Segments, Bytes: s.Bytes, SHA256: strings.Repeat("ab", 32), Ended: study.RecordedWhole,
	}))
	l.Must(l.Store.SaveBatch(t.Context(), studytest.BatchOf(a, 1, slowAndQuick(l.Now))))
	return l, path
}

// A file may be there of an attempt that had this number before a backup was restored.
func TestARecordingOfNothingShowsNoFileOfItsName(t *testing.T) {
	l, library, a, path := recording(t)
	f, err := os.Create(library.Path(a))
	l.Must(err)
	film(t, f, reel{seconds: 1, every: 1, size: image.Pt(8, 8)})
	l.Must(f.Close())
	l.Must(l.Store.EndRecording(t.Context(), study.Recording{Attempt: a, SHA256: strings.Repeat("ab", 32), Ended: study.DiskFailed}))
	for _, of := range []string{"/replay", "/replay.json", "/replay.data", "/recording.fbs", "/video", "/video.mp4"} {
		l.Wants(l.Get(path+of), 404, "Nothing of this recording could be written.")
	}
	l.Wants(l.Post(path+"/video/make", nil), 404, "Nothing of this recording could be written.")
}

// slowAndQuick returns a key in each band of response times, every 5 s from second 5 on, and one
// key that nothing answered.
func slowAndQuick(began time.Time) (all []study.Interaction) {
	for n, took := range []time.Duration{80 * time.Millisecond, 400 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Second, 6 * time.Second, 0} {
		all = append(all, study.Interaction{Number: int64(n + 1), Kind: study.Key, At: began.Add(time.Duration(5*n+5) * time.Second), Drawn: took})
	}
	return all
}

// hue returns the colour of the recorded screen in second n.
func hue(n int) color.RGBA { return color.RGBA{uint8(n % 200), uint8(n / 200 * 20), 150, 255} }

func film(t *testing.T, f *os.File, r reel) record.Summary {
	t.Helper()
	size := r.size
	w, err := record.NewWriter(f, record.Header{Keys: true})
	picture := image.NewRGBA(image.Rectangle{Max: size})
	var enc *screen.Encoder
	for n := 0; n < r.seconds; n += r.every {
		at := time.Duration(n) * time.Second
		var b []byte
		if n == 0 || n == r.seconds/2 {
			err = errors.Join(err, w.Begin(at))
			enc = screen.NewEncoder(wire.RGBX)
			enc.SetEncodings(wire.SetEncodings{wire.ZRLE}, nil)
			b = append([]byte("RFB 003.003\n\x00\x00\x00\x01"), wire.ServerInit{W: uint16(size.X), H: uint16(size.Y), Format: wire.RGBX, Name: "film"}.Append(nil)...)
		}
		draw.Draw(picture, picture.Rect, image.NewUniform(hue(n)), image.Point{}, draw.Src)
		for i := range 100 * 50 {
			picture.SetRGBA(size.X-1-i%100, size.Y-1-i/100, color.RGBA{uint8(i * n), uint8(i), uint8(n), 255})
		}
		b = enc.Append(wire.AppendUpdate(b, 1), picture, picture.Rect)
		for len(b) > 0 {
			part := b[:min(len(b), 64<<10)]
			err, b = errors.Join(err, w.Block(at, part)), b[len(part):]
		}
		w.Input(record.Input{At: at, Kind: record.Pointer, X: uint16(n % size.X), Y: uint16(n % size.Y)})
		w.Input(record.Input{At: at + 100*time.Millisecond, Kind: record.KeyDown, Keysym: 'a' + uint32(n%26)})
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	s, err := record.Examine(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shows returns an expression that is true when the replay shows second n.
func shows(n int) string {
	c := hue(n)
	return fmt.Sprintf(`(() => {
		const d = document.querySelector("[data-screen] canvas").getContext("2d").getImageData(3, 3, 1, 1).data;
		return d[0] === %d && d[1] === %d && d[2] === %d;
	})()`, c.R, c.G, c.B)
}

const replayReady = `document.querySelector("[data-replay]")?.dataset.state === "ready"`

func TestAReplayIsSeenInTheBrowser(t *testing.T) {
	t.Parallel()
	l, path := filmed(t, reel{seconds: 120, every: 1, size: image.Pt(webtest.Wide, webtest.High)})
	ctx := l.Browse(path + "/replay")
	l.Eventually(ctx, replayReady)
	l.Eventually(ctx, shows(0))

	jump := func(t int) {
		l.Act(ctx, fmt.Sprintf(`(() => { const s = document.querySelector("[data-seek]"); s.value = %d; s.dispatchEvent(new Event("input")); })()`, t*1000+200))
	}
	for _, second := range []int{100, 3, 61, 59, 119, 17, 18, 16} {
		jump(second)
		l.Eventually(ctx, shows(second))
	}
	l.Eventually(ctx, `document.querySelector("[data-pressed]").textContent === "q" && !document.querySelector("[data-pointer]").hidden`)

	l.Act(ctx, `document.activeElement.blur()`)
	l.Must(chromedp.Do(ctx, chromedp.KeyEvent(kb.ArrowRight)))
	l.Eventually(ctx, shows(21))
	l.Must(chromedp.Do(ctx, chromedp.KeyEvent("p"))) // to the slow key before: its answer took 3 s; the unanswered key at 30 s is later
	l.Eventually(ctx, shows(19))
	l.Must(chromedp.Do(ctx, chromedp.KeyEvent("p")))
	l.Eventually(ctx, shows(14))
	l.Eventually(ctx, `document.querySelectorAll("[data-timeline] .band-4").length === 1 && document.querySelectorAll("[data-timeline] .unanswered").length === 1`)
	l.Act(ctx, `document.querySelector("[data-timeline] .band-4").dispatchEvent(new MouseEvent("click", {bubbles: true}))`)
	l.Eventually(ctx, shows(24))

	l.Act(ctx, `(() => { const s = document.querySelector("[data-speed]"); s.value = "16"; s.dispatchEvent(new Event("change")); })()`)
	jump(100)
	l.Eventually(ctx, shows(100))
	l.Must(chromedp.Do(ctx, chromedp.KeyEvent(" ")))
	l.Eventually(ctx, shows(119)+` && document.querySelector("[data-play]").textContent === "Play"`) // the replay has reached its end
	keepPicture(l, ctx, "replay")
	for _, width := range []int64{1366, 390} {
		l.Must(chromedp.Do(ctx, chromedp.EmulateViewport(width, 844)))
		l.Eventually(ctx, webtest.NoWider)
	}
	keepPicture(l, ctx, "replay-phone")
}

// keepPicture saves a picture of the page in the directory that STUDYCTL_TEST_PICTURES names.
func keepPicture(l *webtest.Lab, ctx context.Context, name string) {
	dir := os.Getenv("STUDYCTL_TEST_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	l.Must(err)
	l.Must(os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

// This test logs the times and has no bars for them, because the computer may be busy. The screen
// is small and changes rarely: with the race detector, making a larger replay takes minutes.
func TestSeekingInHalfAnHour(t *testing.T) {
	t.Parallel()
	l, path := filmed(t, reel{seconds: 1800, every: 5, size: image.Pt(104, 60)})
	ctx := l.Browse(path + "/replay")
	l.Eventually(ctx, replayReady)
	l.Eventually(ctx, shows(0))
	const timed = `(async () => {
		const canvas = document.querySelector("[data-screen] canvas"), seek = document.querySelector("[data-seek]");
		const worst = [];
		for (const [second, r, g] of %s) {
			const began = performance.now();
			seek.value = second * 1000 + 200;
			seek.dispatchEvent(new Event("input"));
			for (;;) {
				const d = canvas.getContext("2d").getImageData(3, 3, 1, 1).data;
				if (d[0] === r && d[1] === g) break;
				await new Promise(requestAnimationFrame);
			}
			worst.push(Math.round(performance.now() - began));
		}
		document.body.dataset.took = worst.join(" ");
	})()`
	var seeks []string
	for _, second := range []int{1700, 15, 910, 1205, 400, 1795, 650, 65} {
		c := hue(second)
		seeks = append(seeks, fmt.Sprintf("[%d,%d,%d]", second, c.R, c.G))
	}
	l.Act(ctx, fmt.Sprintf(timed, "["+strings.Join(seeks, ",")+"]"))
	l.Eventually(ctx, `document.body.dataset.took !== undefined`)
	took, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.dataset.took`))
	l.Must(err)
	t.Logf("seeks took %s ms", took)
}

func TestAReplayIsForExperimentersAndOnlyWhileItIsKept(t *testing.T) {
	l, path := filmed(t, reel{seconds: 60, every: 1, size: image.Pt(200, 100)})
	eventuallyMade(l, path)
	part := l.Get(path + "/replay.data")
	l.Wants(part, 200, "")
	for _, of := range []string{"/replay", "/replay.json", "/replay.data"} {
		l.Login = nil
		l.WantsRedirect(l.Get(path+of), "/signin?to="+strings.ReplaceAll(path+of, "/", "%2F"))
	}
}

// eventuallyMade waits until the replay has been made.
func eventuallyMade(l *webtest.Lab, path string) {
	l.T.Helper()
	webtest.Eventually(l.T, "the replay is made", func() bool {
		a := l.Get(path + "/replay.json")
		l.Wants(a, 200, "")
		return strings.HasPrefix(a.Body, `{"done":1,`)
	})
}
