package main

import (
	"io"
	"log/slog"
	"os"
	"sync"
)

// A journal is what a command says beside its results: its log, and the progress of its work. Both go
// to one terminal, so neither writes into a line of the other's.
type journal struct {
	out    io.Writer
	level  slog.Level // the log is written from this level on
	lively bool       // out is a terminal, whose last line can be written over

	mu   sync.Mutex
	busy bool   // progress is shown
	line string // the line of progress that the cursor stands behind; empty if there is none
}

// newJournal returns a journal of what is written to out.
func newJournal(out io.Writer, level slog.Level) *journal {
	f, ok := out.(*os.File)
	if ok {
		info, err := f.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return &journal{out: out, level: level, lively: ok}
}

// Level implements slog.Leveler. Between lines of progress, what is there only to be known would be
// noise: it is left out, unless somebody asked for all that is said.
func (j *journal) Level() slog.Level {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.busy && j.level == slog.LevelInfo {
		return slog.LevelWarn
	}
	return j.level
}

// Write writes whole lines of the log, above the line of progress.
func (j *journal) Write(lines []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.line == "" {
		return j.out.Write(lines)
	}
	_, err := io.WriteString(j.out, wipe+string(lines)+j.line)
	return len(lines), err
}

// leave ends the line of progress that a command which failed has left.
func (j *journal) leave() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.line != "" {
		_, _ = io.WriteString(j.out, "\n")
	}
	j.line, j.busy = "", false
}

// wipe makes a terminal write over its last line.
const wipe = "\r\x1b[K"
