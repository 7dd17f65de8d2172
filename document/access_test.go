package document_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/study"
)

func TestAScreenIsSentAsTheTextSays(t *testing.T) {
	for name, tt := range map[string]struct {
		format, methods string
		want            study.Access
	}{
		"a word is the usual":                {"4", "[vnc]", study.Usual(study.VNC)},
		"what is not said is usual":          {"4", "[{kind: vnc, quality: 3}]", study.Access{Method: study.VNC, Flow: study.Continuous, Encoding: study.JPEG, Quality: 3}},
		"a lossless picture has no quality":  {"4", "[{kind: vnc, encoding: lossless}]", study.Access{Method: study.VNC, Flow: study.Continuous}},
		"as it was before":                   {"4", "[{kind: vnc, flow: on_request, encoding: lossless}]", study.Access{Method: study.VNC}},
		"a word of an older text":            {"3", "[vnc]", study.Access{Method: study.VNC}},
		"a level of an older text":           {"3", "[{kind: vnc, name: far}]", study.Access{Method: study.VNC, Name: "far"}},
		"a stream has neither":               {"4", "[stream]", study.Access{Method: study.Stream}},
		"films at the usual rate":            {"4", "[{kind: vnc, encoding: h264}]", study.Access{Method: study.VNC, Flow: study.Continuous, Encoding: study.H264, Quality: 6, FilmRate: 4 * study.Mbps}},
		"the machine's own pointer":          {"4", "[{kind: vnc, pointer: remote}]", study.Access{Method: study.VNC, Flow: study.Continuous, Encoding: study.JPEG, Quality: 6, Pointer: study.PointerThere}},
		"films at another rate, few updates": {"4", "[{kind: vnc, encoding: h264, quality: 2, rate_mbps: 0.75, fps: 12}]", study.Access{Method: study.VNC, Flow: study.Continuous, Encoding: study.H264, Quality: 2, FilmRate: 750 * study.Kbps, Frames: 12}},
		"a machine that moves as usual": {"4", "[{kind: vnc, encoding: lossless, move: enlightened}]", study.Access{
			Method: study.VNC, Flow: study.Continuous, Moves: study.Enlightened, MovesAt: 30 * time.Second, MovesRate: 1000 * study.Mbps, MovesRTT: 500 * time.Microsecond,
		}},
		"a machine that moves at another time": {"4", "[{kind: vnc, encoding: lossless, move: enlightened, move_at_s: 2.5, move_mbps: 100, move_rtt_ms: 0}]", study.Access{
			Method: study.VNC, Flow: study.Continuous, Moves: study.Enlightened, MovesAt: 2500 * time.Millisecond, MovesRate: 100 * study.Mbps,
		}},
		"the usual, under a name of its own": {"4", "[{kind: vnc, name: best}]", study.Usual(study.VNC).Called("best")},
	} {
		t.Run(name, func(t *testing.T) {
			d, faults := document.Read([]byte("format: " + tt.format + "\nmethods: " + tt.methods + "\n"))
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			if diff := cmp.Diff([]study.Access{tt.want}, d.Methods); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
			again, faults := document.Read([]byte(document.Write(d)))
			if diff := cmp.Diff(d.Methods, again.Methods); diff != "" || len(faults) > 0 {
				t.Errorf("written and read again %v (-want +got):\n%s", faults, diff)
			}
			var stored study.Access
			stored.Method, stored.Name = tt.want.Method, tt.want.Name
			if err := document.ReadOptions(document.WriteOptions(tt.want), &stored); err != nil || stored != tt.want {
				t.Errorf("options %s are read as %+v, %v", document.WriteOptions(tt.want), stored, err)
			}
		})
	}
}

func TestOptionsOfAScreenAreChecked(t *testing.T) {
	for methods, want := range map[string]string{
		"[{kind: stream, flow: continuous}]":                  "only vnc has a flow",
		"[{kind: local, encoding: jpeg}]":                     "only vnc has an encoding",
		"[{kind: vnc, quality: 10}]":                          "a number from 0 to 9",
		"[{kind: stream, move: enlightened}]":                 "only the machine of vnc moves",
		"[{kind: vnc, move_at_s: 3}]":                         "only a machine that moves",
		"[{kind: vnc, move: enlightened, move_at_s: 300}]":    "nobody would see the machine move after 300 s",
		"[{kind: vnc, move_rtt_ms: 3}]":                       "only a machine that moves",
		"[{kind: vnc, move: enlightened, move_at_s: 0.5}]":    "1 to 3600 seconds after",
		"[{kind: vnc, move: enlightened, move_mbps: 0.5}]":    "from 1 to 10000 Mbps",
		"[{kind: vnc, move: enlightened, move_rtt_ms: 1001}]": "0 to 1000 ms",
		"[vnc, {kind: vnc, quality: 2}]":                      "is there twice",
	} {
		d, faults := document.Read([]byte("format: 4\nmethods: " + methods + "\n"))
		var all []string
		for _, f := range faults {
			all = append(all, f.Say)
		}
		for _, f := range d.Faults() {
			all = append(all, f.Say)
		}
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("%s: got %q, want %q", methods, all, want)
		}
	}
}
