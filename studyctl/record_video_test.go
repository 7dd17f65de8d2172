package main

import (
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/record"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
	"vmstudy/studyctl/cli"
	"vmstudy/studytest"
)

// flashes records a screen that is red, then green, then blue, each for a second.
func flashes(w *record.Writer) error {
	if err := w.Begin(0); err != nil {
		return err
	}
	picture := image.NewRGBA(image.Rect(0, 0, 161, 120))
	enc := screen.NewEncoder(wire.RGBX)
	b := append([]byte("RFB 003.003\n\x00\x00\x00\x01"), wire.ServerInit{W: 161, H: 120, Format: wire.RGBX}.Append(nil)...)
	for n, c := range []color.RGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}, {B: 255, A: 255}} {
		draw.Draw(picture, picture.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		if n == 3 { // so that the last second counts
			picture.SetRGBA(0, 0, color.RGBA{A: 255})
		}
		b = enc.Append(wire.AppendUpdate(b, 1), picture, picture.Rect)
		if err := w.Block(time.Duration(n)*time.Second, b); err != nil {
			return err
		}
		b = nil
	}
	return nil
}

func TestAVideoHasTheFramesAndColoursOfItsRecording(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	data, _, _ := recordedData(t, flashes)
	out := filepath.Join(t.TempDir(), "out.mp4")
	if _, err := command(t, "record", "video", "1", out, "--rate", "10", "--overlay", "--data", data); err != nil {
		t.Fatal(cli.Explain(err))
	}
	text, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-of", "json",
		"-show_entries", "stream=width,height,nb_read_frames,duration", out).Output()
	if err != nil {
		t.Fatal(err)
	}
	var probe struct {
		Streams []struct {
			Width, Height int
			Frames        string `json:"nb_read_frames"`
			Duration      string
		}
	}
	if err := json.Unmarshal(text, &probe); err != nil || len(probe.Streams) != 1 {
		t.Fatalf("ffprobe says %s (%v)", text, err)
	}
	if s := probe.Streams[0]; s.Width != 162 || s.Height != 120 || s.Frames != "31" || !strings.HasPrefix(s.Duration, "3.1") {
		t.Errorf("the video is %+v, want 162x120 with 31 frames in 3.1 s", s)
	}
	for second, want := range map[string][3]int{"0.5": {255, 0, 0}, "1.5": {0, 255, 0}, "2.5": {0, 0, 255}} {
		raw, err := exec.Command("ffmpeg", "-v", "error", "-ss", second, "-i", out, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-").Output()
		if err != nil || len(raw) != 162*120*3 {
			t.Fatalf("the frame at %s s has %d bytes (%v)", second, len(raw), err)
		}
		middle := raw[(60*162+80)*3:][:3]
		for i, n := range want {
			if d := int(middle[i]) - n; d < -16 || d > 16 {
				t.Errorf("at %s s the middle is %v, want about %v", second, middle, want)
				break
			}
		}
	}
	if _, err := command(t, "record", "video", "1", out, "--data", data); err == nil || !strings.Contains(cli.Explain(err), "is there already") {
		t.Errorf("a second video over the first: %v", err)
	}
}

func TestWithoutFFmpegASentenceSaysSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := command(t, "record", "video", "1", filepath.Join(t.TempDir(), "x.mp4"), "--data", t.TempDir())
	if err == nil || !strings.Contains(cli.Explain(err), "ffmpeg, which is not installed here") {
		t.Errorf("without ffmpeg: %v", err)
	}
}
