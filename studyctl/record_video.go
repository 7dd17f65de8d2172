package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"vmstudy/record"
	"vmstudy/study"
)

type recordVideoCmd struct {
	Trial   int64  `arg:"" help:"Number of the trial, as in the data and in record list."`
	Out     string `arg:"" help:"File to write; it must not exist. Its ending says what it is: .mp4, .webm, .mkv." type:"path"`
	Rate    int    `help:"Pictures a second." default:"20"`
	Overlay bool   `help:"Draw the pointer, and a mark when a key was pressed."`
}

// Run decodes the recording and hands its pictures to ffmpeg.
func (cmd recordVideoCmd) Run(ctx context.Context, c Config, t terminal) error {
	switch _, err := exec.LookPath("ffmpeg"); {
	case err != nil:
		return study.Refuse(study.ErrNotFound, "videos are made by ffmpeg, which is not installed here: apt-get install ffmpeg")
	case cmd.Rate < 1 || cmd.Rate > 60:
		return study.Refuse(study.ErrInvalid, "a video has 1 to 60 pictures a second")
	}
	if _, err := os.Stat(cmd.Out); err == nil {
		return study.Refuse(study.ErrConflict, "%s is there already", cmd.Out)
	}
	return withRecordings(ctx, c, func(r recordings) error {
		m, err := r.ofTrial(ctx, study.TrialID(cmd.Trial))
		if err != nil {
			return err
		}
		f, err := r.library.Open(m.Attempt)
		if err != nil {
			return err
		}
		defer f.Close()
		show := newProgress(t.err)
		defer show.done()
		return cmd.encode(ctx, f, show)
	})
}

// encode reads the recording three times: for its size and length, for what the participant did,
// and for its pictures.
func (cmd recordVideoCmd) encode(ctx context.Context, f io.ReadSeeker, show *progress) error {
	show.show("Looking through the recording", 0, 0)
	v := record.Video{Rate: cmd.Rate, Overlay: cmd.Overlay}
	plan, err := v.Plan(f)
	if err == nil && plan.Frames == 0 {
		err = study.Refuse(study.ErrConflict, "there is no picture in this recording")
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	var inputs []record.Input
	if err == nil {
		inputs, err = record.Inputs(f)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	return cmd.pipe(ctx, plan, func(to io.Writer) error {
		return v.Frames(f, plan, inputs, func(n int, rgba []byte) error {
			show.steps("Making the video", n, plan.Frames)
			_, err := to.Write(rgba)
			return err
		})
	})
}

// pipe runs ffmpeg on raw pictures. What it says is only shown if it fails; a file that it could
// not finish is removed.
func (cmd recordVideoCmd) pipe(ctx context.Context, plan record.Plan, write func(io.Writer) error) error {
	var said strings.Builder
	ffmpeg := exec.CommandContext(ctx, "ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-n",
		"-f", "rawvideo", "-pix_fmt", "rgb0", "-s", fmt.Sprintf("%dx%d", plan.Size.X, plan.Size.Y), "-r", strconv.Itoa(cmd.Rate),
		"-i", "pipe:0", "-an", "-pix_fmt", "yuv420p", cmd.Out)
	ffmpeg.Stderr = &said
	in, err := ffmpeg.StdinPipe()
	if err != nil {
		return err
	}
	if err := ffmpeg.Start(); err != nil {
		return err
	}
	err = write(in)
	err = errors.Join(err, in.Close())
	if waitErr := ffmpeg.Wait(); waitErr != nil {
		first, _, _ := strings.Cut(said.String(), "\n")
		return errors.Join(study.Refuse(study.ErrConflict, "ffmpeg could not make the video: %s", first), waitErr, err, os.RemoveAll(cmd.Out))
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(cmd.Out))
	}
	return nil
}
