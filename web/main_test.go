package web

import (
	"flag"
	"os"
	"testing"

	"vmstudy/web/password"
)

// together is how many tests may run at once that say that they can. Those in the browser mostly
// wait, for what a page waits for; those that time something do not say so, and run alone.
const together = "4"

func TestMain(m *testing.M) {
	password.ExecMain()
	flag.Parse()
	if err := flag.Set("test.parallel", together); err != nil {
		panic(err)
	}
	code := m.Run()
	stopChromium()
	os.Exit(code)
}
