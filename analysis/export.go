package analysis

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/klauspost/compress/flate"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// Export writes the data that f chooses, in which the given instruments may have been asked, as a ZIP that is a Psych-DS dataset: tables as
// CSV, their codebook, the design, and what says where they come from. The tables are UTF-8 without
// a byte order mark (unless f says Excel), with lines that end in LF, times in UTC, units in the column names, and cells as
// [Value] explains. It streams: of the large tables only places, batches and summaries stay in memory.
//
// All files are of one snapshot of the data, and the dates of the entries are that of its newest row. So two exports with the same filter
// between which nothing was written are equal to the last byte. f.Audit is part of the filter: it stands in README.txt, whose checksum is
// in manifest.sha256, and no two downloads have the same, since a download is an entry of the audit itself.
func Export(ctx context.Context, src Source, f Filter, asked []instrument.Instrument, w io.Writer) error {
	src, err := Seen(ctx, src, f)
	if err != nil {
		return err
	}
	return src.Snapshot(ctx, func(src Source) error {
		if err := export(ctx, src, f, asked, w); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		return nil
	})
}

func export(ctx context.Context, src Source, f Filter, asked []instrument.Instrument, w io.Writer) error {
	at, err := findPlaces(ctx, src, f, asked)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, deflate)
	put := func(e entry, sums io.Writer) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: at.newest})
		if err == nil {
			err = e.write(io.MultiWriter(w, sums))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		return nil
	}
	var sums manifest
	tables := at.tables(ctx, src, f)
	for _, e := range at.entries(f, tables) {
		if f.Excel {
			e = e.mark()
		}
		sum := sha256.New()
		if err := put(e, sum); err != nil {
			return err
		}
		sums.add(e.name, sum.Sum(nil))
	}
	if err := put(written("manifest.sha256", sums), io.Discard); err != nil {
		return err
	}
	return z.Close()
}

// tables are the tables of an export, in the order in which they must be written: what the inputs and the traffic of a trial come to is
// known when their tables are written.
func (p places) tables(ctx context.Context, src Source, f Filter) []table {
	sums := newSummaries()
	return shownTables(f.Blind, []table{
		tableOf(f.Blind, "participants", "person with a personal link", participantColumns(p), src.Participants(ctx, f)),
		tableOf(f.Blind, "sessions", "visit", sessionColumns(p.set), src.Sessions(ctx, f)),
		tableOf(f.Blind, "trials", "attempt at a trial, with all that is known of it", trialColumns(p.set, p.factors), attempts(src.Sessions(ctx, f), p.crisp)),
		tableOf(f.Blind, "responses", "answer to a question", responseColumns(p.why), src.Responses(ctx, f)),
		tableOf(f.Blind, "scores", "measure that was computed from answers", scoreColumns(p.why), scoreRows(src.Responses(ctx, f), p.askedOf(p.library))),
		tableOf(f.Blind, "interactions", "input", interactionColumns(p.why), sums.ofInputs(p.timed(src.Interactions(ctx, f), src.Receipts(ctx, f)))),
		tableOf(f.Blind, "events", "thing that happened around the inputs", eventColumns, p.events(src.Events(ctx, f))),
		tableOf(f.Blind, "batches", "batch of inputs that a page sent", batchColumns, p.batches(src.Receipts(ctx, f))),
		tableOf(f.Blind, "pages", "page with a desktop, and what it lost", pageColumns, p.pages(src.Receipts(ctx, f))),
		tableOf(f.Blind, "network", "second of a link's traffic", trafficColumns, sums.ofTraffic(src.Traffic(ctx, f))),
		tableOf(f.Blind, "externals", "value that names a participant elsewhere", externalColumns, src.ExternalIDs(ctx, f)),
		tableOf(f.Blind, "recordings", "recorded screen", recordingColumns, src.Recordings(ctx, f)),
		tableOf(f.Blind, "notes", "note of an experimenter about a moment", noteColumns, src.Notes(ctx, f)),
		tableOf(f.Blind, "analysis", "trial that could count, with what a model needs", p.analysisColumns(), p.analysisRows(src.Sessions(ctx, f), src.Responses(ctx, f), sums)),
		tableOf(f.Blind, "exclusions", "participant, trial or attempt that does not count", exclusionColumns, exclusionRows(p.set, src.Participants(ctx, f), src.Sessions(ctx, f))),
		tableOf(f.Blind, "planned", "comparison that the design has planned, with what it came to", plannedColumns, p.plannedRows(ctx, src, f)),
		tableOf(f.Blind, "conditions", "condition of a version", p.conditionTable(), p.conditionRows()),
		tableOf(f.Blind, "levels", "level of a factor, in its order", levelTable, p.levelRows()),
		tableOf(f.Blind, "instruments", "question or measure of an instrument", p.instrumentTable(), p.instrumentRows()),
		tableOf(f.Blind, "calibration", "quantity of a network that was measured before participants came", calibrationColumns, calibrationRows(ctx, src, f)),
	})
}

// entries are the files of an export, but for the list of their checksums.
func (p places) entries(f Filter, tables []table) []entry {
	all := p.description(f, tables)
	for _, t := range tables {
		all = append(all, entry{DataFile(t.name), t.write})
	}
	all = append(all, entry{codebookFile, func(w io.Writer) error {
		return writeCSV(w, codebookColumns, codebook(tables, p.instruments(p.library)))
	}})
	if f.Blind {
		return all
	}
	for _, v := range p.versions {
		all = append(
			all,
			written(fmt.Sprintf("materials/version-%d.yaml", v.Number), []byte(v.Text)),
			written(fmt.Sprintf("materials/version-%d.json", v.Number), document.WriteJSON(v.Design)),
		)
	}
	return all
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
