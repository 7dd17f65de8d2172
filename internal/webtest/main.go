package webtest

import (
	"flag"
	"os"
	"testing"

	"vmstudy/analysis/power"
	"vmstudy/web/password"
)

// together is how many parallel tests may run at once. Tests in the browser mostly wait for a page.
// Tests that measure time are not parallel, and so run alone.
const together = "4"

// Main runs the tests of a package that uses the browser or passwords.
func Main(m *testing.M) {
	password.ExecMain()
	power.ExecMain()
	flag.Parse()
	if err := flag.Set("test.parallel", together); err != nil {
		panic(err)
	}
	code := m.Run()
	stopChromium()
	os.Exit(code)
}
