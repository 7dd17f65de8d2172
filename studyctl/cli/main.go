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

// ExitCode is the exit code of a program that a command has run for a person. The command ends with the same code.
type ExitCode int

func (e ExitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Main calls run with the arguments of this process, and returns the exit code of the process. A signal ends run's context.
// If run returns an error, Main prints it, after the program's name.
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

// Version says from which source the program was built: it is the module's version or a commit.
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
