package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

func TestFlagsMakeANetwork(t *testing.T) {
	down, loss, rtt, wrong, tiny := 7.2, 1.0, 120*time.Millisecond, -1.0, 1e-7
	for name, test := range map[string]struct {
		flags networkFlags
		want  study.Network
		say   string
	}{
		"none":                                 {networkFlags{}, study.Network{}, ""},
		"a profile":                            {networkFlags{Profile: "cable"}, study.Network{Down: 5 * study.Mbps, Up: study.Mbps, RTT: 28 * time.Millisecond}, ""},
		"a profile, changed":                   {networkFlags{Profile: "cable", Down: &down, Loss: &loss}, study.Network{Down: 7_200_000, Up: study.Mbps, RTT: 28 * time.Millisecond, Loss: 0.01}, ""},
		"single values":                        {networkFlags{RTT: &rtt}, study.Network{RTT: rtt}, ""},
		"an unknown profile":                   {networkFlags{Profile: "pigeon"}, study.Network{}, `no network profile is called "pigeon"`},
		"what cannot be":                       {networkFlags{Down: &wrong}, study.Network{}, "bandwidth down must be"},
		"a rate that would round to unlimited": {networkFlags{Up: &tiny}, study.Network{}, "bandwidth up must be"},
		"jitter without a delay":               {networkFlags{Jitter: &rtt}, study.Network{}, "jitter must be"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := test.flags.network()
			if test.say != "" {
				if err == nil || !strings.Contains(cli.Explain(err), test.say) {
					t.Errorf("got %v, want %q", err, test.say)
				}
				return
			}
			if err != nil || got.String() != test.want.String() {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
	if (networkFlags{Seed: 7}).seed() != 7 || (networkFlags{}).seed() == 0 {
		t.Error("the seed is not the one that was given, or none was drawn")
	}
}

func TestProxyShapesAPort(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		conn, err := server.Accept()
		if err == nil {
			_, _ = io.Copy(conn, conn)
			conn.Close()
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, screen := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"netem", "proxy", "--listen", "127.0.0.1:0", "--to", server.Addr().String(), "--rtt", "30ms", "--seed", "7"}, screen, io.Discard)
		screen.CloseWithError(io.EOF)
		ended <- err
	}()
	first := make([]byte, 4096) // the rest is not read yet, so the proxy has to wait
	n, err := out.Read(first)
	address, _, found := strings.Cut(string(first[:n]), " -> ")
	if err != nil || !found {
		t.Fatalf("the proxy said %q, %v; want where it listens", first[:n], err)
	}
	began := time.Now() // the proxy connects as soon as somebody connects to it
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 60*time.Millisecond { // one round trip to connect, one to ask
		t.Errorf("an answer came after %v, though the network takes 30 ms a round trip", took)
	}
	cancel()
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("interrupted: %v", err)
	}
	said := append(first[:n], rest...)
	for _, want := range []string{"0 dropped", "down ", "packets", "30 ms", "seed     7", "down, seed "} {
		if !bytes.Contains(said, []byte(want)) {
			t.Errorf("the proxy said %q, not %q", said, want)
		}
	}
}

func TestTracesAreListedAndWhatIsNoneIsToldWhy(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, "network-traces")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"0.57mbps-poisson.trace":   "21\n42\n63\n",
		"Verizon-LTE_driving.down": "1\n2\n",
		"broken.trace":             "2\n1\n",
		"notes.txt":                "from somewhere",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := command(t, "netem", "traces", "--data", data)
	if err != nil {
		t.Fatal(err)
	}
	good, bad, _ := strings.Cut(out, "No traces to choose")
	for _, name := range []string{"0.57mbps-poisson ", "Verizon-LTE_driving.down ", "cafe-wifi "} {
		if !strings.Contains(good, "\n"+name) {
			t.Errorf("no line of %sin %q", name, good)
		}
	}
	for _, say := range []string{"trace broken cannot be used: line 2", `"notes.txt": its name ends neither in`} {
		if !strings.Contains(bad, say) {
			t.Errorf("nothing says %q in %q", say, bad)
		}
	}
}
