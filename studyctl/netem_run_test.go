package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/bench"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/studytest"
	"vmstudy/vmhost/linux"
)

// whatARunIs is a script that "netem run" runs in a guest. It starts servers on the guest's own loopback, and ends when it
// gets a signal.
const whatARunIs = `
busybox nsenter -t 1 -n busybox nc -l -p 7000 -e busybox echo over the link &
busybox nsenter -t 1 -n busybox nc -l -p 7001 -e busybox echo not to be reached &
until busybox nsenter -t 1 -n busybox netstat -ltn | busybox grep -q :7000; do busybox usleep 10000; done
echo far is $NETEM_FAR
busybox ping -c 3 -q $NETEM_FAR | busybox grep round-trip
busybox nc $NETEM_FAR 7000 </dev/null
busybox nc -w 2 $NETEM_FAR 7001 </dev/null || echo no such port
busybox ifconfig -a | busybox grep -c Link
trap 'exit 5' TERM
kill -TERM $PPID
while :; do busybox usleep 10000; done
`

func TestRunShapesAProgram(t *testing.T) {
	studytest.Need(t, "qemu", "busybox", "apt")
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	kernel, err := linux.Fetch(ctx, "../build/kernel", guestKernel)
	if err != nil {
		t.Fatal(err)
	}
	self := filepath.Join(t.TempDir(), "studyctl")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", self, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for way, by := range map[study.LinkWay]string{study.KernelWay: ": ∞/∞ Mbps, 100 ms\n", study.TunWay: "delay 50ms"} {
		t.Run(string(way), func(t *testing.T) { runShapes(t, kernel, self, way, by) })
	}
}

// runShapes runs a program behind a link in a guest, and checks what it saw. The link must
// describe itself with by.
func runShapes(t *testing.T, kernel linux.Kernel, self string, way study.LinkWay, by string) {
	var out bytes.Buffer
	err := linux.Run(t.Context(), kernel, linux.Program{
		Path:    self,
		Args:    []string{"netem", "run", "--netem", string(way), "--rtt", "100ms", "--reach", "7000", "--", "/bin/busybox", "sh", "-c", whatARunIs},
		Env:     []string{"PATH=/bin"},
		Modules: guestModules, Memory: guestMemory, Exact: true,
	}, &out)
	var exit linux.ExitError
	if !errors.As(err, &exit) || exit.Code != 5 {
		t.Errorf("it ended with %v, want the program's exit code 5", err)
	}
	for _, want := range []string{
		"network  ∞/∞ Mbps, 100 ms", "way      " + string(way), "vmstudy-run-0-near", by, "far is 192.0.2.2", "min/avg/max = 100.", "over the link", "no such port",
		"\n2\n", // its loopback and the link
		"down     ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in what was said:\n%s", want, out.String())
		}
	}
}

func TestRunRefusesWhatItCannotDo(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		say  string
	}{
		"no program":               {[]string{"--rtt", "10ms", "--"}, "no program"},
		"an unknown program":       {[]string{"--", "no-such-program"}, `no program "no-such-program"`},
		"an unknown user":          {[]string{"--user", "nobody-at-all", "--", "true"}, `no user "nobody-at-all"`},
		"a port that is none":      {[]string{"--reach", "http", "--", "true"}, "--reach must be a port"},
		"a server that is none":    {[]string{"--reach", "80=example.org", "--", "true"}, "must name a server"},
		"a network that cannot be": {[]string{"--loss", "200", "--", "true"}, "loss must be"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := command(t, append([]string{"netem", "run"}, test.args...)...)
			if err == nil || !strings.Contains(cli.Explain(err), test.say) {
				t.Errorf("got %v, want %q", err, test.say)
			}
		})
	}
}

func TestFiguresOfBothWaysStandSideBySide(t *testing.T) {
	one := func(condition string, value float64) bench.Row {
		return bench.Told(value).As("rtt_mean_error", condition, "ms")
	}
	got := beside(bench.Report{Rows: []bench.Row{one("7.2/120", 1), one("2/200", 2)}}, bench.Report{Rows: []bench.Row{one("2/200", 3)}})
	if len(got) != 2 || got[0].Peer != nil || got[1].Peer == nil || *got[1].Peer != 3 || got[1].PeerName != string(study.UserspaceWay) {
		t.Errorf("got %+v, want 3 of the userspace way beside 2/200 alone", got)
	}
}
