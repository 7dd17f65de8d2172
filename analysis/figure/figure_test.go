package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
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

var sevenPoints = []string{"1", "2", "3", "4", "5", "6", "7"}

func pointer(x float64) *float64 { return &x }

// crowd returns n invented times around a centre. The same arguments give the same times.
func crowd(n int, centre float64) (all []float64) {
	r := rand.New(rand.NewPCG(uint64(n), uint64(centre)))
	for range n {
		all = append(all, centre*(0.6+0.8*r.Float64()))
	}
	return all
}

// figures returns figures of invented numbers. Each uses something that the others do not.
func figures() map[string]drawing {
	const ms = time.Millisecond
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
		"satisfaction": Grouped{
			ID: "satisfaction", Title: "Satisfaction with the system", Difference: "difference within people, points",
			Scale: &PointScale{Points: sevenPoints, Low: "Very dissatisfied", High: "Very satisfied"},
			Groups: []Group{
				{
					Label: "3G, type",
					Rows: []GroupRow{
						{Label: "stream", Counts: []int{0, 1, 2, 3, 7, 8, 3}, Note: "median 5, n = 24"},
						{Label: "vnc", Counts: []int{6, 8, 5, 2, 2, 1, 0}, Note: "median 2, n = 24"},
					},
					Differences: []Contrast{{Label: "stream − vnc", Centre: 2.5, Limits: &stat.Interval{Low: 1.5, High: 3.5}, Known: true, Note: "n = 24"}},
				},
				{
					Label: "a network with a name that is far too long for one line, and a task <&>",
					Rows: []GroupRow{
						{Label: "stream", Counts: []int{20, 3, 0, 0, 0, 0, 1}, Note: "median 1, n = 24"},
						{Label: "vnc with a long name of its own", Counts: []int{0, 0, 0, 0, 0, 0, 0}, Note: "n = 0"},
					},
					Differences: []Contrast{{Label: "stream − vnc", Note: "too few people"}},
				},
				{Label: "no network, type", Rows: []GroupRow{{Label: "local", Counts: []int{0, 0, 0, 1, 3, 9, 11}, Note: "median 6, n = 24"}}},
			},
		},
		"annoyance": Grouped{
			ID: "annoyance", Title: "Annoyance", Scale: &PointScale{Points: []string{"1", "2", "3", "4"}, Low: "Not annoying at all", High: "Extremely annoying", HighIsBad: true},
			Groups: []Group{{Label: "all", Rows: []GroupRow{{Label: "System A", Counts: []int{5, 4, 2, 1}, Note: "n = 12"}}}},
		},
		"times": Grouped{
			ID: "times", Title: "Response time", Axis: "median response time of a person, ms", Log: true, Low: 10, High: 1000, Difference: "difference within people, ms",
			Bands: []Band{{"crisp", 0, 150}, {"noticeable", 150, 1000}, {"annoying", 1000, 2000}, {"unusable", 2000, 0}},
			Groups: []Group{
				{
					Label: "3G",
					Rows: []GroupRow{
						{Label: "stream", Series: 1, Values: crowd(24, 60), Centre: pointer(61.0), Limits: &stat.Interval{Low: 50, High: 75}, Note: "median 61, n = 24"},
						{Label: "vnc", Series: 0, Values: crowd(24, 640), Centre: pointer(600.0), Note: "median 600, n = 24"},
					},
					Differences: []Contrast{{Label: "stream − vnc", Centre: -540, Known: true, Note: "n = 24, all differences are equal"}},
				},
				{Label: "LAN", Rows: []GroupRow{{Label: "stream", Series: 1}, {Label: "local", Series: 2, Values: crowd(200, 90), Note: "n = 200"}}},
			},
		},
		"offsets of trials": Grouped{
			ID: "trials", Title: "Round trip, measured less set", Axis: "ms", Tolerance: 3,
			Groups: []Group{{Label: "all", Rows: []GroupRow{{Label: "LAN", Values: []float64{-1, 0, 0, 0.5, 2}}, {Label: "3G", Values: []float64{4}}}}},
		},
		"suits": Grid{
			ID: "suits", Title: "Satisfaction: stream − vnc", Across: "bandwidth", Down: "round trip", Columns: []string{"2 Mbps", "20 Mbps"}, Rows: []string{"20 ms", "300 ms"},
			Above: "stream better", Below: "vnc better", Series: [2]int{1, 0},
			Cells: []GridCell{
				{Label: "2/20", Centre: -1.5, Limits: &stat.Interval{Low: -2, High: -0.5}, Known: true, Note: "n = 12"},
				{Column: 1, Label: "20/20 with a long name <&>", Centre: 0.5, Limits: &stat.Interval{Low: 0, High: 1}, Known: true, Note: "n = 12"},
				{Row: 1, Label: "2/300", Centre: 2, Known: true, Note: "n = 3"},
				{Column: 1, Row: 1, Label: "20/300", Note: "n = 0"},
			},
		},
		"power": Power{
			ID: "power", Title: "H1: stream − vnc, differs, by signed rank", Goal: 0.8,
			Points: []PowerPoint{
				{People: 6, Share: 0, Limits: stat.Interval{High: 0.004}}, {People: 24, Share: 0.61, Limits: stat.Interval{Low: 0.58, High: 0.64}}, {People: 60, Share: 0.95, Limits: stat.Interval{Low: 0.93, High: 0.96}},
			},
		},
		"crossover": Curve{
			ID: "crossover", Title: "Round trip at which both are rated alike", X: "bandwidth", Y: "round trip, ms", Low: 0, High: 300, Above: "stream better", Below: "vnc better",
			Points: []CurvePoint{
				{Label: "2 Mbps", At: 140, Limits: stat.Interval{Low: 100, High: 210}, Known: true},
				{Label: "20 Mbps", At: 90, Limits: stat.Interval{Low: -10, High: 420}, Known: true},
				{Label: "unlimited", Why: "they would be equal where nothing was tried."},
			},
		},
		"completion": Completion{
			ID: "completion", Title: "Share of people who have completed the task, over time", Axis: "seconds on task",
			Panels: []CompletionPanel{
				{Label: "3G, type", Curves: []CompletionCurve{
					{Label: "stream", Series: 1, Steps: []CompletionStep{{20, 0.25}, {40, 0.5}, {70, 1}}, End: 70},
					{Label: "vnc", Series: 0, Steps: []CompletionStep{{30, 0.3}}, Cut: []float64{60, 180}, End: 180},
				}},
				{Label: "LAN"},
				{Label: "no network"},
				{Label: "a fourth, in the second row", Curves: []CompletionCurve{{Label: "local", Series: 2, End: 10}}},
			},
		},
		"nothing": Grouped{ID: "nothing", Title: "Nothing yet", Axis: "response time", Log: true},
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
		"zero on a logarithmic axis":   Grouped{Log: true, Groups: []Group{{Rows: []GroupRow{{Values: []float64{0}}}}}},
		"a value that is no number":    Grouped{Groups: []Group{{Rows: []GroupRow{{Values: []float64{math.NaN()}}}}}},
		"negative count":               Grouped{Scale: &PointScale{Points: sevenPoints}, Groups: []Group{{Rows: []GroupRow{{Counts: []int{0, 0, 0, -1, 0, 0, 0}}}}}},
		"a share above 1":              Completion{Panels: []CompletionPanel{{Curves: []CompletionCurve{{Steps: []CompletionStep{{1, 1.5}}}}}}},
		"a power above 1":              Power{Points: []PowerPoint{{People: 6, Share: 1.2}}},
		"a crossing that is no number": Curve{Points: []CurvePoint{{At: math.NaN()}}},
		"counts of another scale":      Grouped{Scale: &PointScale{Points: sevenPoints}, Groups: []Group{{Rows: []GroupRow{{Counts: []int{1}}}}}},
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
		`3G, type: stream median 5, n = 24, chosen 1: 0, 2: 1, 3: 2, 4: 3, 5: 7, 6: 8, 7: 3; vnc median 2`,
		`stream − vnc 2.5, from 1.5 to 3.5, n = 24;`,
		`stream − vnc too few people;`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestFiguresAreSoundXMLWhateverTheLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.String().Draw(t, "label")
		counts := rapid.SliceOfN(rapid.IntRange(0, 50), 7, 7).Draw(t, "counts")
		values := rapid.SliceOfN(rapid.Float64Range(1e-6, 1e12), 0, 40).Draw(t, "values")
		mark := Contrast{Label: label, Note: label, Known: true, Centre: rapid.Float64Range(-1e9, 1e9).Draw(t, "centre")}
		dots := Grouped{ID: label, Title: label, Axis: label, Difference: label, Groups: []Group{{label, []GroupRow{{Label: label, Series: 3, Values: values}}, []Contrast{mark}}}}
		logDots := dots
		logDots.Log = true
		for _, d := range []drawing{
			Grouped{ID: label, Title: label, Scale: &PointScale{Points: sevenPoints, Low: label, High: label}, Groups: []Group{{Label: label, Rows: []GroupRow{{Label: label, Counts: counts}}}}},
			dots, logDots,
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
