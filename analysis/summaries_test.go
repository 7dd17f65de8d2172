package analysis_test

import (
	"slices"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

func TestTheBusiestSecondIsNoneOfSomeMilliseconds(t *testing.T) {
	second := func(span time.Duration, bytes int64) study.LinkSecond {
		return study.LinkSecond{Span: span, Moved: study.LinkReport{BytesDown: bytes}}
	}
	for name, tc := range map[string]struct {
		seconds []study.LinkSecond
		want    string
	}{
		"a burst in the last milliseconds": {[]study.LinkSecond{second(time.Second, 1_000_000), second(2*time.Millisecond, 5_000)}, "8"},
		"half a second":                    {[]study.LinkSecond{second(time.Second, 1_000_000), second(500*time.Millisecond, 1_000_000)}, "16"},
		"nothing but milliseconds":         {[]study.LinkSecond{second(499*time.Millisecond, 5_000)}, "NA"},
	} {
		t.Run(name, func(t *testing.T) {
			r, v := asking(t)
			x := r.takePart(v.Study, nil)
			r.must(r.store.RecordTraffic(t.Context(), x.Trials[0].Last().ID, tc.seconds))
			got := column(t, tables(t, r.store.Source(), analysis.Filter{Study: v.Study})["analysis.csv"], "peak_goodput_down_mbps")
			if !slices.Equal(got, []string{tc.want}) {
				t.Errorf("the peak is %q, want %s", got, tc.want)
			}
		})
	}
}
