package cli

import (
	"io"
	"log/slog"
	"os"
	"sync"
)

// A Journal writes a command's log and the progress of its work to one terminal, so that neither of them
// ends up in the middle of a line of the other.
type Journal struct {
	out    io.Writer
	level  slog.Level // the log is written from this level on
	lively bool       // out is a terminal, whose last line can be written over

	mu   sync.Mutex
	busy bool   // progress is shown
	line string // the line of progress behind which the cursor is; empty if there is none
}

// NewJournal returns a journal that writes to out.
func NewJournal(out io.Writer, level slog.Level) *Journal {
	f, ok := out.(*os.File)
	if ok {
		info, err := f.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return &Journal{out: out, level: level, lively: ok}
}

// Level implements slog.Leveler. While progress is shown, lines of level info are left out. They are
// written if the user asks for level debug.
func (j *Journal) Level() slog.Level {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.busy && j.level == slog.LevelInfo {
		return slog.LevelWarn
	}
	return j.level
}

// Write writes whole lines of the log. They appear above the line of progress.
func (j *Journal) Write(lines []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.line == "" {
		return j.out.Write(lines)
	}
	_, err := io.WriteString(j.out, wipe+string(lines)+j.line)
	return len(lines), err
}

// leave ends the line of progress, if a failed command has left one unfinished.
func (j *Journal) leave() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.line != "" {
		_, _ = io.WriteString(j.out, "\n")
	}
	j.line, j.busy = "", false
}

// wipe makes a terminal clear its last line, so that the next text takes its place.
const wipe = "\r\x1b[K"
