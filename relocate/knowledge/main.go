// Command knowledge runs inside a guest, as root, and says what the guest uses its memory for. It reads questions from its standard
// input and answers on its standard output; see procfs.Serve. It uses no processor until it is asked.
package main

import (
	"fmt"
	"os"

	"vmstudy/relocate/procfs"
)

func main() {
	if err := procfs.Serve(os.Stdin, os.Stdout, "/proc"); err != nil {
		fmt.Fprintln(os.Stderr, "knowledge:", err)
		os.Exit(1)
	}
}
