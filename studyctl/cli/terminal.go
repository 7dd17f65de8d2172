package cli

import (
	"io"
	"log/slog"
)

// Terminal is where a command writes, and the command line that started it.
type Terminal struct {
	Out  io.Writer // results
	Err  io.Writer // what else a person should see
	Log  *Journal  // progress and logs, on Err
	Args []string  // the whole command line, without the program's name
}

// NewTerminal returns the terminal of a command. It becomes the place of the log, for lines of level and above. leave ends an
// unfinished line of progress.
func NewTerminal(args []string, out, errs io.Writer, level slog.Level) (t Terminal, leave func()) {
	log := NewJournal(errs, level)
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: log})))
	return Terminal{Out: out, Err: errs, Log: log, Args: args}, log.leave
}
