package web

import (
	"os"
	"testing"

	"vmstudy/vmhost"
)

func TestMain(m *testing.M) {
	vmhost.ExecMain()
	os.Exit(m.Run())
}
