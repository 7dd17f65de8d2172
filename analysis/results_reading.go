package analysis

import (
	"context"

	"vmstudy/analysis/report"
	"vmstudy/study"
)

func (g *gathering) participants(ctx context.Context, src Source, f Filter) error {
	if f.Group != "" {
		return nil
	}
	for _, err := range src.Participants(ctx, f) {
		if err != nil {
			return err
		}
		g.invited++
	}
	return nil
}

func (g *gathering) sessions(ctx context.Context, src Source, f Filter) error {
	for s, err := range src.Sessions(ctx, f) {
		if err != nil {
			return err
		}
		g.session(f, s)
	}
	return nil
}

func (g *gathering) responses(ctx context.Context, src Source, f Filter) error {
	for r, err := range src.Responses(ctx, f) {
		if err != nil {
			return err
		}
		if !g.counting[r.Session] {
			continue
		}
		key := answered{r.Participant, r.Trial, r.Position, r.Condition.Task.Level(), r.Condition.Code(), r.Instrument, r.Trial != 0 && r.Occasion != study.AfterTrial, r.Trial != 0 && !r.Occasion.Spans() && g.counted[r.Trial] == 0}
		if _, there := g.answers[key]; !there {
			g.order = append(g.order, key)
		}
		g.answers[key] = append(g.answers[key], study.Answer{Item: r.Item, Value: r.Value})
	}
	return nil
}

func (g *gathering) inputs(ctx context.Context, src Source, f Filter) error {
	for in, err := range src.Inputs(ctx, f) {
		if err != nil {
			return err
		}
		c := g.ofTrial[in.Trial]
		if c == nil || g.counted[in.Trial] != in.Attempt {
			continue // of what does not count, or of an attempt that failed
		}
		for _, i := range in.Odd {
			g.odd(in.Participant, g.positions[in.Trial], "input %d was answered in %v, before it was made", i.Number, i.Drawn)
		}
		t := g.trials[in.Trial]
		t.Inputs, t.Crisp = in.Kinds, in.Crisp
		for _, of := range in.Kinds {
			if len(of.Answered) > 0 {
				c.responses[in.Participant] = append(c.responses[in.Participant], of.Answered)
			}
			c.silent += of.Silent
		}
	}
	return nil
}

// goodputs keeps the busiest second of what counts.
func (g *gathering) goodputs(ctx context.Context, src Source, f Filter) error {
	for p, err := range src.Goodputs(ctx, f) {
		if err != nil {
			return err
		}
		if t := g.trials[p.Trial]; t != nil && g.counted[p.Trial] == p.Attempt {
			t.Goodput = p.Down
		}
	}
	return nil
}

// calibrations keeps what the networks were found to do before anybody came.
func (g *gathering) calibrations(ctx context.Context, src Source, f Filter) (err error) {
	g.found, err = src.Calibrations(ctx, f)
	return err
}

// noted keeps the notes on attempts that count.
func (g *gathering) noted(ctx context.Context, src Source, f Filter) error {
	for n, err := range src.Notes(ctx, f) {
		if err != nil {
			return err
		}
		if t := g.trials[n.Trial]; t != nil && n.Number == t.Attempt.Number {
			g.notes = append(g.notes, report.Note{
				Participant: n.Participant, Condition: t.Condition.Code(), Second: n.At.Sub(t.Attempt.StartedAt).Seconds(), Tags: n.Tags, Text: n.Text,
			})
		}
	}
	return nil
}
