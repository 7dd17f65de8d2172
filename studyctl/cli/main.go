package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"vmstudy/netem/pump"
	"vmstudy/study"
)

// ExitCode is how a program ended that a command ran for somebody. The command ends in the same way.
type ExitCode int

func (e ExitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Main is the process around run: it runs it with the arguments of the process, until it returns or a signal
// ends it. It returns the exit code. An error is printed, after the program's name.
func Main(program string, run func(ctx context.Context, args []string, out, errs io.Writer) error) int {
	if few := pump.Watches + 1; runtime.GOMAXPROCS(0) < few {
		runtime.GOMAXPROCS(few)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err == nil {
		return 0
	}
	if code, ended := errors.AsType[ExitCode](err); ended {
		return int(code)
	}
	fmt.Fprintf(os.Stderr, "%s: %s\n", program, Explain(err))
	return 1
}

// Explain returns the words of err for the person at the terminal.
func Explain(err error) string {
	if say := study.Sentence(err); say != "" {
		return say
	}
	return err.Error()
}

// Version names the program's source: its module version, or the commit that it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = s.Value[:min(12, len(s.Value))]
		}
	}
	if v == "" {
		return "devel"
	}
	return v
}
