package analysis

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/klauspost/compress/flate"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// Export writes the data that f chooses, in which the given instruments may have been asked, as a ZIP of CSV files and their codebook: UTF-8 without
// a byte order mark, lines that end in LF, times in UTC, units in the column names, and cells as
// [Value] explains. It streams: only the tables of places and batches stay in memory.
//
// All files are of one snapshot of the data, and the dates of the entries are that of its newest row. So two exports with the same filter
// between which nothing was written are equal to the last byte.
func Export(ctx context.Context, src Source, f Filter, asked []instrument.Instrument, w io.Writer) error {
	return src.Snapshot(ctx, func(src Source) error { return export(ctx, src, f, asked, w) })
}

func export(ctx context.Context, src Source, f Filter, asked []instrument.Instrument, w io.Writer) error {
	at, err := findPlaces(ctx, src, f)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	crisp, err := src.FirstCrisp(ctx, f)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, deflate)
	files := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"participants.csv", func(w io.Writer) error { return writeCSV(w, participantColumns(at), src.Participants(ctx, f)) }},
		{"sessions.csv", func(w io.Writer) error { return writeCSV(w, sessionColumns(at.set), src.Sessions(ctx, f)) }},
		{"trials.csv", func(w io.Writer) error {
			return writeCSV(w, trialColumns(at.set, at.factors), attempts(src.Sessions(ctx, f), crisp))
		}},
		{"responses.csv", func(w io.Writer) error { return writeCSV(w, responseColumns(at.why), src.Responses(ctx, f)) }},
		{"scores.csv", func(w io.Writer) error {
			return writeCSV(w, scoreColumns(at.why), scoreRows(src.Responses(ctx, f), at.askedOf(asked)))
		}},
		{"interactions.csv", func(w io.Writer) error {
			return writeCSV(w, interactionColumns(at.why), at.timed(src.Interactions(ctx, f), src.Receipts(ctx, f)))
		}},
		{"events.csv", func(w io.Writer) error { return writeCSV(w, eventColumns, at.events(src.Events(ctx, f))) }},
		{"batches.csv", func(w io.Writer) error { return writeCSV(w, batchColumns, at.batches(src.Receipts(ctx, f))) }},
		{"pages.csv", func(w io.Writer) error { return writeCSV(w, pageColumns, at.pages(src.Receipts(ctx, f))) }},
		{"network.csv", func(w io.Writer) error { return writeCSV(w, trafficColumns, src.Traffic(ctx, f)) }},
		{"recordings.csv", func(w io.Writer) error { return writeCSV(w, recordingColumns, src.Recordings(ctx, f)) }},
		{"codebook.csv", func(w io.Writer) error {
			return writeCSV(w, codebookColumns, codebook(at.instruments(asked), at.factors))
		}},
	}
	for _, file := range files {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: file.name, Method: zip.Deflate, Modified: at.newest})
		if err != nil {
			return fmt.Errorf("export %s: %w", file.name, err)
		}
		if err := file.write(entry); err != nil {
			return fmt.Errorf("export %s: %w", file.name, err)
		}
	}
	return z.Close()
}

// deflate compresses tables of numbers about as well as compress/flate, six times as fast. With
// compress/flate an export spent most of its time compressing.
func deflate(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) }

// attempts makes a row of each attempt in each session. crisp is the result of Source.FirstCrisp.
func attempts(sessions iter.Seq2[study.Session, error], crisp map[study.AttemptID]time.Time) iter.Seq2[attemptRow, error] {
	return func(yield func(attemptRow, error) bool) {
		for s, err := range sessions {
			if err != nil {
				yield(attemptRow{}, err)
				return
			}
			for _, t := range s.Trials {
				for _, a := range t.Attempts {
					if !yield(attemptRow{s, t, a, crisp[a.ID]}, nil) {
						return
					}
				}
			}
		}
	}
}

// writeCSV writes a header and the rows as in RFC 4180, but with LF instead of CRLF.
func writeCSV[Row any](w io.Writer, columns []Column[Row], rows iter.Seq2[Row, error]) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	for i, c := range columns {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, c.Name...)
	}
	if _, err := out.Write(append(line, '\n')); err != nil {
		return err
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		line = line[:0]
		for i, c := range columns {
			if i > 0 {
				line = append(line, ',')
			}
			line = c.Get(row).appendTo(line)
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}
