package thinbench

import (
	"image"
	"testing"
	"time"

	"vmstudy/rfb/wire"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestEachPictureOfTheFilmSaysWhichItIs(t *testing.T) {
	film, screen := newReel(1), image.NewRGBA(image.Rectangle{Max: pictureSize})
	for _, n := range []int{0, 1, 2, 511, 512, 1023, 1024, 1500} {
		film.picture(screen, n)
		if got, want := numberOn(screen), n%1024; got != want {
			t.Errorf("picture %d says that it is %d", n, got)
		}
	}
}

// Every player shows the film and answers keys, ours and the peer's.
func TestTheFilmPlaysAndKeysAreAnswered(t *testing.T) {
	studytest.Need(t, "tigervnc", "ffmpeg")
	x, err := startX(t.Context(), pictureSize)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := x.listening(pictureSize)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}()
	jpeg := []wire.Encoding{wire.Tight, wire.Quality(6)}
	film := newReel(1)
	for _, p := range []player{
		{"ours, jpeg", newOwnScreen(pictureSize), jpeg},
		{"ours, h264", newOwnScreen(pictureSize), append([]wire.Encoding{wire.H264, wire.FilmRate(4_000_000)}, jpeg...)},
		{"TigerVNC", theirs, jpeg},
	} {
		s, err := p.play(t.Context(), film, study.Network{RTT: 20 * time.Millisecond}, 1, 4*time.Second)
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		t.Logf("%s: %.1f pictures a second, similarity %.3f, %.1f Mbps, %d answers", p.name, s.pictures, s.ssim, s.bits/1e6, len(s.answers))
		if s.pictures < 0.5 || len(s.answers) < 2 || s.bits == 0 {
			t.Errorf("%s: %.1f pictures a second, %d answers, %.0f bits", p.name, s.pictures, len(s.answers), s.bits)
		}
		for _, age := range append(s.age, s.answers...) {
			if age < 10 || age > 30_000 {
				t.Errorf("%s: something took %.1f ms over a round trip of 20", p.name, age)
				break
			}
		}
	}
}

// A key that came too late for one film is not taken for the first of the next, whose answers would all come too early then.
func TestAKeyOfTheFilmBeforeAnswersNone(t *testing.T) {
	own := newOwnScreen(pictureSize)
	own.keys <- struct{}{}
	p := player{"ours, jpeg", own, []wire.Encoding{wire.Tight, wire.Quality(6)}}
	const trip = 300 * time.Millisecond
	s, err := p.play(t.Context(), newReel(1), study.Network{RTT: trip}, 1, 4*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for _, took := range s.answers {
		if took < ms(trip) {
			t.Errorf("a key was answered after %.0f ms over a round trip of %v", took, trip)
		}
	}
	if len(s.answers) == 0 {
		t.Error("no key was answered")
	}
}
