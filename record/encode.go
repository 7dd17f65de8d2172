package record

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"vmstudy/study"
)

// Encodable refuses with a sentence if videos cannot be made here.
func Encodable() error {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		return study.Refuse(study.ErrNotFound, "videos are made by ffmpeg, which is not installed here: apt-get install ffmpeg")
	}
	return nil
}

// Encode makes a video of a recording by ffmpeg. The file out must not exist yet; the end of its name says in which format
// it is made. tell is called with the number of frames that are made, and of all frames. The recording is read three times:
// for its size and length, for what the participant did, and for its pictures. If ctx ends or anything fails, the file is
// removed.
func (v Video) Encode(ctx context.Context, recording io.ReadSeeker, out string, tell func(n, of int)) error {
	if err := Encodable(); err != nil {
		return err
	}
	plan, err := v.Plan(recording)
	if err == nil && plan.Frames == 0 {
		err = study.Refuse(study.ErrConflict, "there is no picture in this recording")
	}
	if err == nil {
		_, err = recording.Seek(0, io.SeekStart)
	}
	var inputs []Input
	if err == nil {
		inputs, err = Inputs(recording)
	}
	if err == nil {
		_, err = recording.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	return v.pipe(ctx, plan, out, func(to io.Writer) error {
		return v.Frames(recording, plan, inputs, func(n int, rgba []byte) error {
			tell(n, plan.Frames)
			_, err := to.Write(rgba)
			return err
		})
	})
}

// pipe has ffmpeg make a video of raw pictures. Because trials may run, ffmpeg uses one core only, and has the lowest
// priority. Its messages are only used if it fails.
func (v Video) pipe(ctx context.Context, plan Plan, out string, write func(io.Writer) error) error {
	var said strings.Builder
	ffmpeg := exec.CommandContext(ctx, "nice", "-n", "19", "ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-n",
		"-f", "rawvideo", "-pix_fmt", "rgb0", "-s", fmt.Sprintf("%dx%d", plan.Size.X, plan.Size.Y), "-r", strconv.Itoa(v.Rate),
		"-i", "pipe:0", "-an", "-threads", "1", "-pix_fmt", "yuv420p", "file:"+out) // else ffmpeg takes what stands before a colon for a protocol
	ffmpeg.Stderr = &said
	in, err := ffmpeg.StdinPipe()
	if err != nil {
		return err
	}
	if err := ffmpeg.Start(); err != nil {
		return err
	}
	err = errors.Join(write(in), in.Close())
	waitErr := ffmpeg.Wait()
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case waitErr != nil:
		first, _, _ := strings.Cut(said.String(), "\n")
		err = errors.Join(study.Refuse(study.ErrConflict, "ffmpeg could not make the video: %s", first), waitErr, err)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(out))
	}
	return nil
}

// TryVideo makes a video of an empty screen of half a second, at a path that must not exist yet. It finds out whether ffmpeg
// has really written a video, and removes the file.
func TryVideo(ctx context.Context, out string) error {
	v, plan := Video{Rate: 10}, Plan{Size: image.Pt(64, 48), Frames: 5}
	err := v.pipe(ctx, plan, out, func(to io.Writer) error {
		for range plan.Frames {
			if _, err := to.Write(make([]byte, 4*plan.Size.X*plan.Size.Y)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	made, err := os.ReadFile(out)
	if err != nil || len(made) < 8 || string(made[4:8]) != "ftyp" { // the first box of every MP4 file (ISO 14496-12, 4.3)
		return study.Refuse(study.ErrConflict, "ffmpeg says that it made a video, and there is none")
	}
	return os.Remove(out)
}
