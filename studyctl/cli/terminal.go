package cli

import (
	"io"
	"log/slog"
)

// Terminal is where a command writes, and what it was told.
type Terminal struct {
	Out  io.Writer // results
	Err  io.Writer // what else a person should see
	Log  *Journal  // progress and logs, on Err
	Args []string  // the whole command line, without the program's name
}

// NewTerminal returns the terminal of a command. What is logged from level on is written there until leave is called.
func NewTerminal(args []string, out, errs io.Writer, level slog.Level) (t Terminal, leave func()) {
	log := NewJournal(errs, level)
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: log})))
	return Terminal{Out: out, Err: errs, Log: log, Args: args}, log.leave
}
