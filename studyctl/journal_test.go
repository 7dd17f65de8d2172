package main

import (
	"bytes"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"

	"vmstudy/study"
)

// journalled returns a journal that writes into said, and a log that writes into the journal.
func journalled(level slog.Level, lively bool) (j *journal, log *slog.Logger, said *bytes.Buffer) {
	said = new(bytes.Buffer)
	j = newJournal(said, level)
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
		show := newProgress(j)
		show.show("Packing", 0, 10)
		log.Info("made")
		log.Warn("careful")
		show.show("Packing", 5, 10)
		show.done()
		log.Info("after")
		if got := said.String(); got != want {
			t.Errorf("logging from %v on, the terminal shows %q, want %q", level, got, want)
		}
	}
}

func TestALogLineStandsAboveTheProgressOfATerminal(t *testing.T) {
	j, log, said := journalled(slog.LevelInfo, true)
	newProgress(j).show("Packing", 0, 0)
	log.Warn("careful")
	j.leave()
	if got, want := said.String(), "\r\x1b[KPacking ...\r\x1b[Klevel=WARN msg=careful\nPacking ...\n"; got != want {
		t.Errorf("the terminal is written %q, want %q", got, want)
	}
}

// The steps of a build are counted together, so most begin with a share that is done.
func TestAStepThatBeginsLateIsOneLine(t *testing.T) {
	j, _, said := journalled(slog.LevelInfo, false)
	show := newProgress(j)
	for i, step := range []string{"Install", "Pack", "Boot", "Freeze"} {
		show.steps(step, i, 4)
	}
	show.done()
	if got, want := said.String(), "Install ...\nPack ...\nBoot ...\nFreeze ...\n"; got != want {
		t.Errorf("the terminal shows %q, want %q", got, want)
	}
}

func TestASecondServerIsToldWhereTheFirstServes(t *testing.T) {
	c := Config{Data: t.TempDir(), Listen: "127.0.0.1:8765"}
	release, err := c.claimData()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	_, err = c.claimData()
	say := study.Sentence(err)
	for _, want := range []string{c.Data, "http://127.0.0.1:8765", strconv.Itoa(os.Getpid()), "STUDYCTL_DATA"} {
		if !strings.Contains(say, want) {
			t.Errorf("the second server is told %q, want %q in it", say, want)
		}
	}
}
