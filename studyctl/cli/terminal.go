package cli

import (
	"io"
	"log/slog"

	"vmstudy/web/page"
)

// Terminal is where a command writes, and the command line that started it.
type Terminal struct {
	Out  io.Writer // results
	Err  io.Writer // what else a person should see
	Log  *Journal  // progress and logs, on Err
	Args []string  // the whole command line, without the program's name
}

// NewTerminal returns the terminal of a command. It becomes the place of the log, for lines of the level of s and above, in the format of s.
// leave ends an unfinished line of progress.
func NewTerminal(args []string, out, errs io.Writer, s Settings) (t Terminal, leave func()) {
	log := NewJournal(errs, s.Level())
	options := &slog.HandlerOptions{Level: log}
	var lines slog.Handler = slog.NewTextHandler(log, options)
	if s.LogFormat == "json" {
		lines = slog.NewJSONHandler(log, options)
	}
	slog.SetDefault(slog.New(page.Identified(lines)))
	return Terminal{Out: out, Err: errs, Log: log, Args: args}, log.leave
}
