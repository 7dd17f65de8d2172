// Studyctl runs the laboratory: it serves the pages, builds appliances, checks the machine and
// exports results. Run "studyctl --help" for its commands.
//
// It is the only place where the rooms are wired together; see house.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"vmstudy/netem/pump"
	"vmstudy/netem/tun"
	"vmstudy/vmhost"
	"vmstudy/web/password"
)

// exitCode is how a program ended that a command ran for somebody: so ends the command.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func main() {
	vmhost.ExecMain()   // does not return in the helper process that becomes QEMU
	tun.ExecMain()      // nor in the one that makes namespaces
	password.ExecMain() // nor in the one that checks a password
	if few := pump.Watches + 1; runtime.GOMAXPROCS(0) < few {
		runtime.GOMAXPROCS(few)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if code, ended := errors.AsType[exitCode](err); ended {
			os.Exit(int(code))
		}
		fmt.Fprintln(os.Stderr, "studyctl:", explain(err))
		os.Exit(1)
	}
}
