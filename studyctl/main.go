// Studyctl runs the laboratory: it serves the pages, builds appliances, checks the machine and
// exports results. Run "studyctl --help" for its commands.
//
// It is the only place where the rooms are wired together; see house.go.
package main

import (
	"os"

	"vmstudy/analysis/power"
	"vmstudy/netem/tun"
	"vmstudy/studyctl/cli"
	"vmstudy/vmhost"
	"vmstudy/web/password"
)

func main() {
	vmhost.ExecMain()   // does not return in the helper process that becomes QEMU
	tun.ExecMain()      // nor in the one that makes namespaces
	password.ExecMain() // nor in the one that checks a password
	power.ExecMain()    // nor in the one that simulates studies
	os.Exit(cli.Main("studyctl", run))
}
