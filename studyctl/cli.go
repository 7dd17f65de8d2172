package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"vmstudy/study"
)

// cli is the command line: the settings that all commands share, and the commands. Its help
// texts are the reference; docs/studyctl.md is printed from them.
type cli struct {
	Config `embed:""`

	Serve       serveCmd       `cmd:"" help:"Serve the pages until interrupted."`
	Demo        demoCmd        `cmd:"" help:"Set up the demo appliance and the demo study where they are missing, then serve."`
	Doctor      doctorCmd      `cmd:"" help:"Say what works on this machine, and how to mend what does not."`
	Bench       benchCmd       `cmd:"" help:"Measure this program: figures, what they should be, and the machine."`
	Appliance   applianceCmd   `cmd:"" help:"Build, list and verify appliances."`
	Netem       netemCmd       `cmd:"" help:"Try a network condition by hand."`
	Record      recordCmd      `cmd:"" help:"List, verify and export recorded screens, or make videos of them."`
	Study       studyCmd       `cmd:"" help:"Read and write designs as study files."`
	Export      exportCmd      `cmd:"" help:"Write a study's data as a ZIP of CSV files."`
	Migrate     migrateCmd     `cmd:"" help:"Bring the database to this version's shape. Serve does it too."`
	User        userCmd        `cmd:"" help:"Manage the experimenters who may sign in."`
	ScreenProxy screenProxyCmd `cmd:"" hidden:"" help:"One of the proxies that bench rfb compares."`
	Settings    configCmd      `cmd:"" name:"config" help:"Print the settings in force, secrets hidden."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// terminal is where a command writes.
type terminal struct {
	out io.Writer // results
	err io.Writer // what else a person should see
	log *journal  // progress and logs, on err
}

// run is main without the process around it.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	var c cli
	parser, err := newParser(&c, out, errs)
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return err
	}
	log := newJournal(errs, c.level())
	defer log.leave()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: log})))
	chosen.BindTo(ctx, (*context.Context)(nil))
	return chosen.Run(c.Config, terminal{out: out, err: errs, log: log})
}

func newParser(c *cli, out, errs io.Writer) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("studyctl"),
		kong.Description("User studies of virtual machine access: streamed, remote and local desktops over networks that are set and measured."),
		kong.Writers(out, errs),
		kong.UsageOnError(),
	)
}

// explain returns the words of err for the person at the terminal.
func explain(err error) string {
	if say := study.Sentence(err); say != "" {
		return say
	}
	return err.Error()
}

type versionCmd struct{}

func (versionCmd) Run(t terminal) error {
	_, err := fmt.Fprintln(t.out, version())
	return err
}

// version names the program's source: its module version, or the commit that it was built from.
func version() string {
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
