package cli

import (
	"bytes"
	"log/slog"
	"testing"
)

// journalled returns a journal that writes into said, and a log that writes into the journal.
func journalled(level slog.Level, lively bool) (j *Journal, log *slog.Logger, said *bytes.Buffer) {
	said = new(bytes.Buffer)
	j = NewJournal(said, level)
	j.lively = lively
	untimed := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	return j, slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: j, ReplaceAttr: untimed})), said
}

func TestBetweenLinesOfProgressOnlyWarningsAreLogged(t *testing.T) {
	for level, want := range map[slog.Level]string{
		slog.LevelInfo:  "Packing ...\nlevel=WARN msg=careful\nPacking ... 50 %\nlevel=INFO msg=after\n",
		slog.LevelDebug: "Packing ...\nlevel=INFO msg=made\nlevel=WARN msg=careful\nPacking ... 50 %\nlevel=INFO msg=after\n",
		slog.LevelError: "Packing ...\nPacking ... 50 %\n",
	} {
		j, log, said := journalled(level, false)
		show := NewProgress(j)
		show.Show("Packing", 0, 10)
		log.Info("made")
		log.Warn("careful")
		show.Show("Packing", 5, 10)
		show.Done()
		log.Info("after")
		if got := said.String(); got != want {
			t.Errorf("logging from %v on, the terminal shows %q, want %q", level, got, want)
		}
	}
}

func TestALogLineStandsAboveTheProgressOfATerminal(t *testing.T) {
	j, log, said := journalled(slog.LevelInfo, true)
	NewProgress(j).Show("Packing", 0, 0)
	log.Warn("careful")
	j.leave()
	if got, want := said.String(), "\r\x1b[KPacking ...\r\x1b[Klevel=WARN msg=careful\nPacking ...\n"; got != want {
		t.Errorf("the terminal is written %q, want %q", got, want)
	}
}

// The steps of a build are counted together, so most begin with a share that is done.
func TestAStepThatBeginsLateIsOneLine(t *testing.T) {
	j, _, said := journalled(slog.LevelInfo, false)
	show := NewProgress(j)
	for i, step := range []string{"Install", "Pack", "Boot", "Freeze"} {
		show.Steps(step, i, 4)
	}
	show.Done()
	if got, want := said.String(), "Install ...\nPack ...\nBoot ...\nFreeze ...\n"; got != want {
		t.Errorf("the terminal shows %q, want %q", got, want)
	}
}
