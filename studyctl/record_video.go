package main

import (
	"context"
	"os"

	"vmstudy/record"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

type recordVideoCmd struct {
	Trial   int64  `arg:"" help:"Number of the trial, as in the data and in record list."`
	Out     string `arg:"" help:"File to write; it must not exist. Its ending says what it is: .mp4, .webm, .mkv." type:"path"`
	Rate    int    `help:"Pictures a second." default:"20"`
	Overlay bool   `help:"Draw the pointer, and a mark when a key was pressed."`
}

// Run decodes the recording and hands its pictures to ffmpeg.
func (cmd recordVideoCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	if err := record.Encodable(); err != nil {
		return err
	}
	if cmd.Rate < 1 || cmd.Rate > 60 {
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
		if err := r.told(ctx, "make a video of a recording", m); err != nil {
			return err
		}
		f, err := r.library.Open(m.Attempt)
		if err != nil {
			return err
		}
		defer f.Close()
		show := cli.NewProgress(t.Log)
		defer show.Done()
		show.Show("Looking through the recording", 0, 0)
		v := record.Video{Rate: cmd.Rate, Overlay: cmd.Overlay}
		return v.Encode(ctx, f, cmd.Out, func(n, of int) { show.Steps("Making the video", n, of) })
	})
}
