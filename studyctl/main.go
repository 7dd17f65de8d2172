// Studyctl runs the laboratory: it serves the pages, builds appliances, checks the machine and
// exports results. Run "studyctl --help" for its commands.
//
// It is the only place where the rooms are wired together; see house.go.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"vmstudy/vmhost"
)

func main() {
	vmhost.ExecMain() // does not return in the helper process that becomes QEMU
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "studyctl:", explain(err))
		os.Exit(1)
	}
}
