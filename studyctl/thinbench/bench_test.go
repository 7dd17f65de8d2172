package thinbench

import (
	"image"
	"math"
	"testing"

	"vmstudy/bench"
	"vmstudy/studytest"
)

func TestPicturesAreComparedWithAPeerThatShowsThem(t *testing.T) {
	studytest.Need(t, "tigervnc")
	defer func(size image.Point) { pictureSize = size }(pictureSize)
	pictureSize = image.Pt(320, 200)
	rows, err := measure(t.Context(), bench.Setting{Quick: true, Seed: 1, Show: func(int, int) {}})
	if err != nil {
		t.Fatal(err)
	}
	lossless := 0
	for _, r := range rows {
		if r.Name == "ssim" && (r.Value < 0.8 || *r.Peer < 0.8) {
			t.Errorf("%s: similarities %.3f and %.3f: one of them does not show the picture", r.Condition, r.Value, *r.Peer)
		}
		if r.Set == nil && r.Name == "bytes" && r.Bar != nil {
			lossless++
		}
	}
	if want := 3 * (3*len(compared) + 1); len(rows) != want || lossless != 3 {
		t.Errorf("%d rows, of which %d are lossless, want %d and 3", len(rows), lossless, want)
	}
}

func TestSimilarityIsOneForTheSameAndFallsWithNoise(t *testing.T) {
	m := pictures(image.Pt(160, 120), 1)[0].image
	if s := ssim(m, m); math.Abs(s-1) > 1e-12 {
		t.Errorf("a picture and itself: %v, want 1", s)
	}
	before := 1.0
	for _, noise := range []int{2, 10, 40} {
		other := image.NewRGBA(m.Rect)
		for i := range m.Pix {
			other.Pix[i] = uint8(min(max(int(m.Pix[i])+(i*7919%(2*noise+1)-noise), 0), 255))
		}
		s := ssim(m, other)
		if s >= before {
			t.Errorf("noise of %d: %v, want less than %v", noise, s, before)
		}
		before = s
	}
}

func TestThePeersBytesAreReadOffItsCurve(t *testing.T) {
	curve := []point{{100, 0.90}, {200, 0.95}, {150, 1}} // lossless may be shorter than a loss
	for _, tt := range []struct{ ssim, want float64 }{{0.90, 100}, {0.925, 112.5}, {0.95, 125}, {1, 150}, {0.5, 100}} {
		if got := bytesAt(curve, tt.ssim); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("at %v: %v bytes, want %v", tt.ssim, got, tt.want)
		}
	}
	if got := bytesAt([]point{{100, 0.90}, {200, 0.95}}, 0.99); got != 200 {
		t.Errorf("beyond the curve: %v bytes, want those of its nearest picture", got)
	}
}
