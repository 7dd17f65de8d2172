// Studyctl-bench runs the benches that need more than the product does, such as a browser that a program controls.
// "studyctl bench" runs it for them, with the same arguments, and expects it beside itself.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"vmstudy/studyctl/cli"
	"vmstudy/vmhost"
)

func main() {
	vmhost.ExecMain() // does not return in the helper process that becomes QEMU
	os.Exit(cli.Main("studyctl-bench", run))
}

// commands is the part of studyctl's command line that this program carries out.
type commands struct {
	cli.Settings `embed:""`

	Bench struct {
		RFB rfbCmd `cmd:"" name:"rfb" help:"See studyctl bench rfb --help."`
	} `cmd:"" help:"Measure this program."`
	ScreenProxy screenProxyCmd `cmd:"" hidden:"" help:"One of the proxies that bench rfb compares."`
}

// run is main without the process around it.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("studyctl-bench"),
		kong.Description("Carries out studyctl bench rfb, with the same arguments."),
		kong.Writers(out, errs),
		kong.UsageOnError(),
	)
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return err
	}
	t, leave := cli.NewTerminal(args, out, errs, c.Settings)
	defer leave()
	chosen.BindTo(ctx, (*context.Context)(nil))
	return chosen.Run(c.Settings, t)
}
