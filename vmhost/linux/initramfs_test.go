package linux

import (
	"bytes"
	"testing"
)

func TestCPIOIsWhatTheKernelReads(t *testing.T) {
	var out bytes.Buffer
	c := cpio{w: &out}
	c.add("init", 0o100755, []byte("#!x"))
	if c.err != nil {
		t.Fatal(c.err)
	}
	want := "070701" + "00000001" + "000081ed" + "00000000" + "00000000" + "00000001" + "00000000" + "00000003" +
		"00000000" + "00000000" + "00000000" + "00000000" + "00000005" + "00000000" + "init\x00\x00" + "#!x\x00"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}
