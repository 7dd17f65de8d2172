package traces_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"vmstudy/netem"
	"vmstudy/netem/traces"
)

var update = flag.Bool("update", false, "write the trace files")

func TestTheFilesAreWhatIsMadeFromTheSeed(t *testing.T) {
	for name, opportunities := range traces.All() {
		var made bytes.Buffer
		if err := traces.Write(&made, opportunities); err != nil {
			t.Fatal(err)
		}
		file := name + ".trace"
		if *update {
			if err := os.WriteFile(file, made.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		on, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(on, made.Bytes()) {
			t.Errorf("%s is not what the generator makes: go test ./netem/traces -update", file)
		}
		trace, err := netem.ReadTrace(&made)
		if err != nil {
			t.Fatalf("%s is no trace: %v", name, err)
		}
		if len(on) > 400_000 {
			t.Errorf("%s has %d bytes: too large to come with the program", name, len(on))
		}
		t.Logf("%s: %.2f Mbps over %v, %d bytes", name, trace.Rate().Mbps(), trace.Period, len(on))
	}
}
