package analysis

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"vmstudy/study"
)

// Seen returns what the reader of f may see of a source: all of it or, if f is blind, conditions by their codes; see study.Blinding.
func Seen(ctx context.Context, src Source, f Filter) (Source, error) {
	if !f.Blind {
		return src, nil
	}
	key, err := src.BlindKey(ctx, f.Study)
	if err != nil {
		return nil, fmt.Errorf("key of the codes of study %d: %w", f.Study, err)
	}
	return blindSource{src, study.Blinding{Key: key}}, nil
}

// VersionsOf returns the versions of a study as the reader of f sees them.
func VersionsOf(ctx context.Context, src Source, f Filter) ([]Published, error) {
	src, err := Seen(ctx, src, f)
	if err != nil {
		return nil, err
	}
	return src.Versions(ctx, f)
}

// blindSource is a source whose conditions are codes. What would tell of a condition more than its code is not in it.
type blindSource struct {
	Source
	b study.Blinding
}

// Snapshot implements [Source].
func (s blindSource) Snapshot(ctx context.Context, do func(Source) error) error {
	return s.Source.Snapshot(ctx, func(src Source) error { return do(blindSource{src, s.b}) })
}

// Versions implements [Source].
func (s blindSource) Versions(ctx context.Context, f Filter) ([]Published, error) {
	all, err := s.Source.Versions(ctx, f)
	for i, v := range all {
		all[i].Version, all[i].plain = s.b.Version(v.Version), &v.Design
	}
	return all, err
}

// Calibrations implements [Source]: they name networks and what was set.
func (s blindSource) Calibrations(context.Context, Filter) ([]study.Calibration, error) {
	return nil, nil
}

// Participants implements [Source].
func (s blindSource) Participants(ctx context.Context, f Filter) iter.Seq2[study.Participant, error] {
	return each(s.Source.Participants(ctx, f), s.b.Participant)
}

// Sessions implements [Source].
func (s blindSource) Sessions(ctx context.Context, f Filter) iter.Seq2[study.Session, error] {
	return each(s.Source.Sessions(ctx, f), s.b.Session)
}

// Responses implements [Source].
func (s blindSource) Responses(ctx context.Context, f Filter) iter.Seq2[Response, error] {
	return each(s.Source.Responses(ctx, f), func(r Response) Response {
		r.Condition = s.b.Condition(r.Condition)
		return r
	})
}

// Interactions implements [Source].
func (s blindSource) Interactions(ctx context.Context, f Filter) iter.Seq2[Interaction, error] {
	return each(s.Source.Interactions(ctx, f), func(i Interaction) Interaction {
		i.Condition, i.Interaction = s.b.Condition(i.Condition), s.b.Interaction(i.Interaction)
		return i
	})
}

// Events implements [Source].
func (s blindSource) Events(ctx context.Context, f Filter) iter.Seq2[study.Event, error] {
	return func(yield func(study.Event, error) bool) {
		for e, err := range s.Source.Events(ctx, f) {
			told := true
			if err == nil {
				e, told = s.b.Event(e)
			}
			if told && !yield(e, err) {
				return
			}
		}
	}
}

// FirstCrisp implements [Source].
func (s blindSource) FirstCrisp(ctx context.Context, f Filter) (map[study.AttemptID]time.Time, error) {
	return s.Source.FirstCrisp(ctx, f)
}

// Recordings implements [Source]: how long and how large a recording is tells how a screen was sent.
func (s blindSource) Recordings(context.Context, Filter) iter.Seq2[Recording, error] {
	return func(func(Recording, error) bool) {}
}

// Traffic implements [Source].
func (s blindSource) Traffic(context.Context, Filter) iter.Seq2[Traffic, error] {
	return func(func(Traffic, error) bool) {}
}

// Goodputs implements [Source].
func (s blindSource) Goodputs(context.Context, Filter) iter.Seq2[Goodput, error] {
	return func(func(Goodput, error) bool) {}
}

// ExternalIDs implements [Source]: who is to be blind is not to know people either.
func (s blindSource) ExternalIDs(context.Context, Filter) iter.Seq2[ExternalID, error] {
	return func(func(ExternalID, error) bool) {}
}

// The tables and the columns that a blind export has not: from them one could read which condition is which. A sequence tells it by its number, since
// everybody can make the plan of a design anew. tellingParts are beginnings of names. A test lists the columns that are left.
var (
	tellingTables = []string{"network", "recordings", "calibration", "externals", "planned", "notes"}

	tellingParts = []string{"set_", "measured_", "link_", "stream_", "vnc_", "screen_", "inputs", "peak_goodput_", "update_", "move"}

	tellingColumns = []string{
		"access_method", "strategy", "is_warm", "input_delay_ms", "longest_delay_ms", "display", "guest_keyboard", "qemu_version", "appliance", "cause", "trial_reason", "place_reason",
		"seed", "order", "sequence", "arrival", "level_order", "label", "ready_ms", "reason", "sent_ms", "arrived_ms", "machine_ms", "delivery", "delayed_ms", "detail", "experimenter", "chosen_because", "chosen_after",
	}
)

func tells(column string) bool {
	return slices.Contains(tellingColumns, column) || slices.ContainsFunc(tellingParts, func(part string) bool { return strings.HasPrefix(column, part) })
}

// shown returns the columns of a table that the reader of an export may see.
func shown[Row any](blind bool, columns []Column[Row]) []Column[Row] {
	if !blind {
		return columns
	}
	return slices.DeleteFunc(slices.Clone(columns), func(c Column[Row]) bool { return tells(c.Name) })
}

// shownTables returns the tables that the reader of an export may see.
func shownTables(blind bool, all []table) []table {
	if !blind {
		return all
	}
	return slices.DeleteFunc(all, func(t table) bool { return slices.Contains(tellingTables, t.name) })
}

// blindNote says in README.txt what is not in a blind export.
const blindNote = "Blind\n-----\n\nWhoever made this export is not to know yet which condition is which: methods, networks, groups and levels of the study's own factors are codes, the same in\n" +
	"every export of the study. The design, and all that tells of a condition more than its code, is left out.\n\n"
