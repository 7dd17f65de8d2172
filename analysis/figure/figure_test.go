package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vmstudy/analysis/stat"
)

var update = flag.Bool("update", false, "write the figures to testdata")

type drawing interface{ WriteSVG(io.Writer) error }

// lognormal returns n invented times around the given median. The same arguments give the same times.
func lognormal(n int, median time.Duration, spread float64) []time.Duration {
	r := rand.New(rand.NewPCG(uint64(n), uint64(median)))
	var ds []time.Duration
	for range n {
		factor := 1.0
		for range 4 {
			factor *= 1 + spread*(r.Float64()-0.5)
		}
		ds = append(ds, time.Duration(float64(median)*factor))
	}
	return ds
}

// figures returns figures of invented numbers. Each uses something that the others do not.
func figures() map[string]drawing {
	const ms = time.Millisecond
	responses := []TimeRow{
		{"local", 0, lognormal(24, 60*ms, 0.6)},
		{"stream, 7.2/7.2 Mbps, 120 ms", 1, lognormal(24, 95*ms, 0.9)},
		{"vnc, 100/100 Mbps, 30 ms", 2, lognormal(24, 190*ms, 0.7)},
		{"vnc, 7.2/7.2 Mbps, 120 ms", 2, lognormal(24, 640*ms, 1.0)},
		{"vnc, 1/1 Mbps, 500 ms, jitter 50 ms, loss 1 %", 2, lognormal(5, 3200*ms, 0.9)},
		{"stream, 1/1 Mbps, 500 ms", 1, nil},
	}
	seconds := func(values ...float64) (l Line) {
		for i, v := range values {
			l.Add(time.Duration(i)*time.Second, v)
		}
		return l
	}
	named := func(label string, series int, limit float64, l Line) Line {
		l.Label, l.Series, l.Limit = label, series, limit
		return l
	}
	return map[string]drawing{
		"traffic": Tracks{
			ID: "traffic", Title: "What passed the network: trial 2, slow", Axis: "seconds since the network was made", Span: 9500 * ms,
			Marks: []Mark{{3500 * ms, "first picture"}, {time.Hour, "never shown"}},
			Panel: []Panel{
				{"Mbps of payload", []Line{
					named("down", 0, 6.95, seconds(0.01, 0.01, 6.9, 6.95, 4, 0, 0, 1.2, 6.8, 2)),
					named("up", 1, 6.95, seconds(0.01, 0.01, 0.2, 0.2, 0.1, 0, 0, 0.1, 0.2, 0.1)),
				}},
				{"ms in the queue", []Line{named("down", 0, 0, seconds(0, 0, 88, 120, 60, 0, 0, 2, 90, 10)), named("up", 1, 0, Line{})}},
			},
		},
		"offsets": Offsets{
			ID: "offsets", Title: "Round trips before each trial, measured less expected", Axis: "ms",
			Rows: []OffsetRow{
				{"trial 1, fast", 0.02, 0.1, 0.3, 0.5, "as set", true},
				{"trial 2, slow and with a name that is far too long for one line", 0.1, 0.4, 3, 1.2, "as set", true},
				{"trial 3, far", -0.1, 3.4, 9, 2, "3.4 ms too long", false},
			},
		},
		"satisfaction": Ratings{
			ID: "satisfaction", Title: "Satisfaction with the system", Low: "Very dissatisfied", High: "Very satisfied",
			Rows: []RatingRow{
				{"local", [7]int{0, 0, 0, 1, 3, 9, 11}},
				{"stream, 7.2/7.2 Mbps, 120 ms", [7]int{0, 1, 2, 3, 7, 8, 3}},
				{"vnc, 7.2/7.2 Mbps, 120 ms", [7]int{6, 8, 5, 2, 2, 1, 0}},
				{"vnc, 1/1 Mbps, 500 ms, jitter 50 ms, loss 1 %", [7]int{20, 3, 0, 0, 0, 0, 1}},
				{"stream, 1/1 Mbps, 500 ms", [7]int{}},
			},
		},
		"annoyance": Ratings{
			ID: "annoyance", Title: "Annoyance", Low: "Not annoying at all", High: "Extremely annoying", HighIsBad: true,
			Rows: []RatingRow{
				{"System A", [7]int{5, 4, 2, 1, 0, 0, 0}},
				{"System B <&>", [7]int{0, 1, 1, 2, 4, 3, 1}},
			},
		},
		"responses": Times{
			ID: "responses", Title: "Response time", Axis: "median response time of a trial, one dot a participant",
			Log: true, Bands: stat.Bands(), Rows: responses,
		},
		"responses_linear": Times{
			ID: "responses_linear", Title: "Response time", Axis: "median response time of a trial, one dot a participant",
			Bands: stat.Bands(), Rows: responses[:4],
		},
		"durations": Times{
			ID: "durations", Title: "Time to complete the task", Axis: "time to complete, one dot a participant",
			Rows: []TimeRow{{"stream", 1, lognormal(300, 95*time.Second, 0.8)}, {"vnc", 2, lognormal(40, 140*time.Second, 0.8)}},
		},
		"nothing": Times{ID: "nothing", Title: "Nothing yet", Axis: "response time", Log: true, Bands: stat.Bands()},
	}
}

func TestFiguresStayAsTheyAre(t *testing.T) {
	for name, d := range figures() {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := d.WriteSVG(&got); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".svg")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s differs; look at it, then run go test -update\n%s", file, got.Bytes())
			}
		})
	}
}

func TestFiguresRefuseWhatCannotBeDrawn(t *testing.T) {
	tests := map[string]drawing{
		"zero on a logarithmic axis": Times{Log: true, Rows: []TimeRow{{Values: []time.Duration{0}}}},
		"negative time":              Times{Rows: []TimeRow{{Values: []time.Duration{-1}}}},
		"time beyond all reason":     Times{Rows: []TimeRow{{Values: []time.Duration{1 << 62}}}},
		"negative count":             Ratings{Rows: []RatingRow{{Counts: [7]int{3: -1}}}},
	}
	for name, d := range tests {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := d.WriteSVG(&got); !errors.Is(err, stat.ErrOutOfScale) || got.Len() > 0 {
				t.Errorf("err %v after %d bytes, want ErrOutOfScale and none", err, got.Len())
			}
		})
	}
}

// TestWhatIsInvisibleIsSaid checks that a figure has a title and describes each row in words.
func TestWhatIsInvisibleIsSaid(t *testing.T) {
	var b bytes.Buffer
	if err := figures()["satisfaction"].WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`role="img" aria-labelledby="satisfaction-title" aria-describedby="satisfaction-desc"`,
		`<title id="satisfaction-title">Satisfaction with the system</title>`,
		`stream, 7.2/7.2 Mbps, 120 ms: 24 answers, median 5; chosen 1: 0, 2: 1, 3: 2, 4: 3, 5: 7, 6: 8, 7: 3.`,
		`stream, 1/1 Mbps, 500 ms: no answers.`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestFiguresAreSoundXMLWhateverTheLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.String().Draw(t, "label")
		counts := [7]int(rapid.SliceOfN(rapid.IntRange(0, 50), 7, 7).Draw(t, "counts"))
		var values []time.Duration
		for _, ns := range rapid.SliceOfN(rapid.Int64Range(1, int64(maxDuration)), 0, 40).Draw(t, "values") {
			values = append(values, time.Duration(ns))
		}
		times := Times{ID: label, Title: label, Axis: label, Bands: stat.Bands(), Rows: []TimeRow{{label, 3, values}}}
		logTimes := times
		logTimes.Log = true
		for _, d := range []drawing{
			Ratings{ID: label, Title: label, Low: label, High: label, Rows: []RatingRow{{label, counts}}},
			times, logTimes,
		} {
			var b bytes.Buffer
			if err := d.WriteSVG(&b); err != nil {
				t.Fatal(err)
			}
			checkSound(t, b.Bytes())
		}
	})
}

// checkSound fails if svg is not well-formed or has a coordinate that is not a number.
func checkSound(t *rapid.T, svg []byte) {
	dec := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, svg)
		}
		element, _ := token.(xml.StartElement)
		for _, a := range element.Attr {
			if strings.HasPrefix(a.Value, "NaN") || strings.Contains(a.Value, "Inf") && a.Name.Local != "id" && !strings.HasPrefix(a.Name.Local, "aria") {
				t.Fatalf("%s of %s is %q", a.Name.Local, element.Name.Local, a.Value)
			}
		}
	}
}
