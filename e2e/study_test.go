package e2e

import (
	"strconv"
	"strings"
	"testing"
)

// An experimenter designs a study, a participant takes part and really types into three desktops,
// and an analyst finds the networks, the response times and the answers in the data.
func TestAStudyFromDesignToData(t *testing.T) {
	s := newServer(t)
	lab := newExperimenter(t, s)
	lab.layOut("vnc", "stream", "local")
	link := lab.invite()
	lab.calibrate()

	p := newParticipant(t, s, link)
	p.takePart(func(step string) bool { return false })

	lab.goTo(s.url(lab.study))
	if said := read[string](lab.browser, `document.querySelector("#calibration + div").innerText`); !strings.Contains(said, "A participant began a trial") {
		t.Errorf("of the calibration that ran when the participant began, the page says %q", said)
	}
	lab.goTo(s.url(lab.study + "/results"))
	lab.picture("results")
	data := unzip(t, lab.fetch(lab.study+"/download"))
	checkTrials(t, data["trials.csv"])
	checkResponses(t, data["responses.csv"])
	checkResponseTimes(t, data["interactions.csv"])
}

func checkTrials(t *testing.T, trials table) {
	t.Helper()
	if len(trials) != 4 {
		t.Fatalf("%d attempts on record, want practice and three trials", len(trials))
	}
	for _, row := range trials {
		if row["state"] != "finished" || row["outcome"] != "completed" {
			t.Errorf("%s is %s, %s; want finished, completed", row["condition"], row["state"], row["outcome"])
		}
		t.Logf("%s: first picture after %s ms, on task %s ms, %s pages, %s misses, waited %s ms", row["condition"],
			row["first_picture_ms"], row["time_on_task_ms"], row["stream_pages"], row["stream_misses"], row["stream_waited_ms"])
		if row["accelerator"] == "" || row["qemu_version"] == "" || row["display"] == "" || row["first_picture_ms"] == "" {
			t.Errorf("%s lacks a fact: %v", row["condition"], row)
		}
	}
	for _, method := range []string{"vnc", "stream"} {
		row := trials.where("access_method", method)[0]
		measured, err := strconv.ParseFloat(row["measured_rtt_median_ms"], 64)
		if err != nil || row["set_rtt_ms"] != "120" || measured < 120 || measured > 135 {
			t.Errorf("%s: round trip set to %s ms, measured %s", method, row["set_rtt_ms"], row["measured_rtt_median_ms"])
		}
		if row["link_down_bytes"] == "" {
			t.Errorf("%s: nothing passed the link", method)
		}
	}
	if row := trials.where("access_method", "stream")[0]; row["stream_pages"] == "" || row["stream_loaded_ms"] == "" {
		t.Errorf("stream: pages %q, loaded after %q ms", row["stream_pages"], row["stream_loaded_ms"])
	}
	if row := trials.where("access_method", "stream")[0]; row["stream_rehearsals"] == "" || row["stream_rehearsals_published"] != "TRUE" {
		t.Errorf("stream: by the rehearsals %q, those of the version %q", row["stream_rehearsals"], row["stream_rehearsals_published"])
	}
}

func checkResponses(t *testing.T, responses table) {
	t.Helper()
	for instrument, want := range map[string]int{"satisfaction": 3, "annoyance": 3, "tlx": 18, "about": 8} {
		if got := len(responses.where("instrument", instrument)); got != want {
			t.Errorf("%d answers to %s, want %d", got, instrument, want)
		}
	}
}

// checkResponseTimes compares the response times with physics: where an input and its answer pass a
// network with a round trip of 120 ms, the median is at least 120 ms; where they do not, it is
// less.
func checkResponseTimes(t *testing.T, interactions table) {
	t.Helper()
	keys := interactions.where("kind", "key")
	for _, tt := range []struct {
		method string
		far    bool
	}{{"vnc", true}, {"stream", false}, {"local", false}} {
		var rows table
		for _, row := range keys.where("access_method", tt.method) {
			if row["position"] != "0" {
				rows = append(rows, row)
			}
		}
		if len(rows) < len(sentence) {
			t.Errorf("%s: %d keys on record, want at least the %d of the sentence", tt.method, len(rows), len(sentence))
		}
		median := rows.median(t, "response_ms")
		t.Logf("%s: %d keys, median response %.1f ms (machine %.1f)", tt.method, len(rows), median, rows.median(t, "machine_ms"))
		if far := median >= 120; far != tt.far {
			t.Errorf("%s: median response time %.1f ms; at least 120 ms is wanted to be %t", tt.method, median, tt.far)
		}
	}
}
