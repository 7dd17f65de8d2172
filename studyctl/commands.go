package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"vmstudy/studyctl/cli"
)

// commands is the command line: the settings that all commands share, and the commands. docs/studyctl.md is printed from
// its help texts.
type commands struct {
	Config `embed:""`

	Serve     serveCmd     `cmd:"" help:"Serve the pages until interrupted."`
	Demo      demoCmd      `cmd:"" help:"Set up the demo appliance and the demo study where they are missing, then serve."`
	Doctor    doctorCmd    `cmd:"" help:"Say what works on this machine, and how to mend what does not."`
	Bench     benchCmd     `cmd:"" help:"Measure this program: figures, what they should be, and the machine."`
	Appliance applianceCmd `cmd:"" help:"Build, list and verify appliances."`
	Netem     netemCmd     `cmd:"" help:"Try a network condition by hand."`
	Record    recordCmd    `cmd:"" help:"List, verify and export recorded screens, or make videos of them."`
	Study     studyCmd     `cmd:"" help:"Read and write designs as study files."`
	Export    exportCmd    `cmd:"" help:"Write a study's data as a ZIP of CSV files."`
	Simulate  simulateCmd  `cmd:"" help:"Make up participants, so that the results page and the export of a study can be looked at before people come."`
	Audit     auditCmd     `cmd:"" help:"Check who did what."`
	Backup    backupCmd    `cmd:"" help:"Write everything into one file: the database as it is at one moment, recordings, traces and the rest of the data directory, except what can be built again. Also while people work."`
	Restore   restoreCmd   `cmd:"" help:"Bring a backup into an empty data directory, or check one. A backup of an older version is brought to this version's shape."`
	Erased    erasedCmd    `cmd:"" help:"List whose data were erased, by number and code, for 'restore --erased'."`
	Scrub     scrubCmd     `cmd:"" help:"Write the database anew, so that nothing of what participants had erased is left in its files. For hours in which nobody takes part: the pages wait meanwhile."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the database to this version's shape. Serve does it too."`
	User      userCmd      `cmd:"" help:"Manage the experimenters who may sign in."`
	Token     tokenCmd     `cmd:"" help:"Manage the tokens by which programs reach the API."`
	Settings  configCmd    `cmd:"" name:"config" help:"Print the settings in force, secrets hidden."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// run is main without the process around it.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	var c commands
	parser, err := newParser(&c, out, errs)
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return err
	}
	if err := forgetPassword(); err != nil {
		return fmt.Errorf("environment: %w", err)
	}
	t, leave := cli.NewTerminal(args, out, errs, cli.Settings(c.Config))
	defer leave()
	if name := strings.Fields(chosen.Command())[0]; name != "serve" && name != "demo" && name != "bench" { // what these do, others ask for
		ctx = operating(ctx, chosen.Command())
	}
	chosen.BindTo(ctx, (*context.Context)(nil))
	return chosen.Run(c.Config, t)
}

func newParser(c *commands, out, errs io.Writer) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("studyctl"),
		kong.Description("User studies of virtual machine access: streamed, remote and local desktops over networks that are set and measured."),
		kong.Writers(out, errs),
		kong.UsageOnError(),
	)
}

type versionCmd struct{}

func (versionCmd) Run(t cli.Terminal) error {
	_, err := fmt.Fprintln(t.Out, cli.Version())
	return err
}
