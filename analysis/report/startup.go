package report

import (
	"slices"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// Startup shows what a person waits for before and while they work: the price of streaming.
func Startup(d Data) Section {
	s := Section{ID: "startup", Title: "Start-up and stalls"}
	l, by := Laid(d.Design), d.byCondition()
	seconds := func(of func(*Trial) time.Duration) value {
		return func(t *Trial) (float64, bool) {
			took := of(t)
			return took.Seconds(), took > 0
		}
	}
	for _, x := range []dotted{
		{
			id: "first-picture", title: "Time to the first picture", axis: "seconds from Start to the first picture", unit: "s", scale: ordinal, decimals: 2, low: 0, high: 1,
			of: seconds(func(t *Trial) time.Duration { return t.Attempt.FirstPicture() }), caption: "From Start to the first picture of the desktop.",
		},
		{
			id: "first-crisp", title: "Time to the first crisp answer", axis: "seconds from Start to the first answer in under 150 ms", unit: "s", scale: ordinal, decimals: 2, low: 0, high: 1,
			of: seconds(func(t *Trial) time.Duration { return t.Attempt.UntilCrisp(t.Crisp) }), caption: "From Start until a key or a click was answered in under 150 ms for the first time. Who never got such an answer is not in it.",
		},
	} {
		if f, any := x.figure(l, by); any {
			s.Figures = append(s.Figures, f)
		}
	}
	if t, any := stalls(l, by); any {
		s.Tables = append(s.Tables, t)
	}
	if len(s.Figures)+len(s.Tables) > 0 {
		s.Lead = []string{"What people wait for before a desktop answers, and while they work."}
		s.Notes = slices.Concat([]string{
			"Times are skewed, so the middle is the median, with its interval between order statistics. A first picture that was ready while the page was out of sight has no time.",
			"A streamed machine waits while it has touched pages that had not arrived (misses), and is held while more come (pauses). The buffering ratio is the share of the time from Start to the end in which it could not run.",
		}, l.notes(ordinal))
	}
	return s
}

// stalls describes how streamed machines waited.
func stalls(l Layout, by map[string][]*Trial) (Table, bool) {
	t := Table{
		ID: "stalls", Title: "Streamed machines: ready, waiting, pauses",
		Columns: slices.Concat(texts("Condition", "Level"), numbers("Trials", "People", "Ready (s)", "Waited (s)", "Misses", "Pauses", "Paused (s)", "Buffering (%)", "Moved (MB)")),
	}
	for _, setting := range l.Settings {
		for i, c := range setting.Conditions {
			trials := by[c.Code()]
			if c.Method != study.Stream || len(trials) == 0 {
				continue
			}
			median := func(of func(study.Attempt) float64, decimals int) Cell {
				own := observed(trials, func(t *Trial) (float64, bool) { return of(t.Attempt), true }, "")
				return number(stat.Median(valuesOf(own)), decimals)
			}
			t.Rows = append(t.Rows, []Cell{
				text(setting.Label), text(setting.Levels[i]), count(len(trials)), count(people(trials)),
				median(func(a study.Attempt) float64 { return a.Desktop.Ready.Seconds() }, 2),
				median(func(a study.Attempt) float64 { return a.Desktop.Waited.Seconds() }, 2),
				median(func(a study.Attempt) float64 { return float64(a.Desktop.Misses) }, 0),
				median(func(a study.Attempt) float64 { return float64(a.Desktop.Pauses) }, 0),
				median(func(a study.Attempt) float64 { return a.Desktop.Paused.Seconds() }, 2),
				median(func(a study.Attempt) float64 { return 100 * a.Buffering() }, 1),
				median(func(a study.Attempt) float64 { return float64(a.Desktop.BytesMoved) / 1e6 }, 1),
			})
		}
	}
	return t, len(t.Rows) > 0
}

// seriesOf gives each kind of access method a colour and a shape of its own. See Layout.series for levels of one kind.
func seriesOf(m study.AccessMethod) int { return max(0, slices.Index(study.AccessMethods(), m)) }
