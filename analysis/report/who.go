package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// A Visit is a session, whether it counts or not.
type Visit struct {
	Participant string
	Place       study.Place
	Placed      bool         // there is a Place
	Why         study.WhyNot // why it does not count; empty if it does
	Ground      study.Ground // of an exclusion
	Reason      string       // of an exclusion, in words
	At          time.Time    // of an exclusion
	Finished    bool
	Trials      []VisitTrial // that were laid out for it, without practice
	About       map[string]string
}

// A VisitTrial is a trial of a visit, whether it counts or not.
type VisitTrial struct {
	Position int
	Why      study.WhyNot
	Ground   study.Ground // of an exclusion
	Reason   string
	At       time.Time
}

// Who says who took part, who is left out and why, and who got which sequence.
func Who(d Data) Section {
	s := Section{ID: "who", Title: "Who and what"}
	if len(d.Visits) == 0 {
		return s
	}
	s.Tables = []Table{flow(d)}
	for _, of := range []func(Data) (Table, bool){exclusions, demographics, balance} {
		if t, any := of(d); any {
			s.Tables = append(s.Tables, t)
		}
	}
	s.Notes = []string{"The flow has the steps that CONSORT asks for. Whoever counts at a step is among those of the step before, less those who are left out in between. A visit counts from the consent on, also if it has not come to its end; a trial counts once it has come to an outcome of the participant’s own."}
	return s
}

// flow counts people, and then trials, from the invitation to the analysis.
func flow(d Data) Table {
	t := Table{ID: "flow", Title: "Flow of participants and trials", Open: true, Columns: slices.Concat(texts("Step", "Of these"), numbers("Number"))}
	add := func(step, what string, n int) { t.Rows = append(t.Rows, []Cell{text(step), text(what), count(n)}) }
	if d.Invited >= len(d.Visits) { // else these are the people of one group, and nobody knows whom of the invited it would have got
		add("Invited", "people with a personal link", d.Invited)
		add("Not started", "people who have opened no page yet", d.Invited-len(d.Visits))
	}
	add("Started", "people with a visit", len(d.Visits))
	reasons, analysed, finished, trials := map[string]int{}, 0, 0, map[study.WhyNot]int{}
	var order []string
	laid := 0
	for _, v := range d.Visits {
		if v.Why != study.Counts {
			name := reasonName(v.Why)
			if v.Ground != "" {
				name += ": " + string(v.Ground)
			}
			if reasons[name] == 0 {
				order = append(order, name)
			}
			reasons[name]++
			continue
		}
		analysed++
		if v.Finished {
			finished++
		}
		for _, x := range v.Trials {
			laid++
			trials[x.Why]++
		}
	}
	slices.Sort(order)
	for _, name := range order {
		add("Left out", name, reasons[name])
	}
	add("Analysed", "people", analysed)
	add("Finished", "people whose visit came to its end, of those analysed", finished)
	add("Trials laid out", "for the people analysed", laid)
	for _, r := range study.Reasons() {
		if n := trials[r.Why]; n > 0 {
			add("Trials left out", reasonName(r.Why), n)
		}
	}
	add("Trials analysed", "", trials[study.Counts])
	return t
}

// reasonName is a reason in a few words.
func reasonName(w study.WhyNot) string {
	names := map[study.WhyNot]string{
		study.OtherVersion: "visit of another version", study.HasWithdrawn: "withdrawn", study.WasExcluded: "excluded", study.NoConsent: "no consent yet", study.TrialExcluded: "excluded",
		study.NotStarted: "not begun", study.AttemptFailed: "a machine, a link or a stream failed", study.AttemptStopped: "the server stopped", study.NotFinished: "no outcome yet",
		study.EndedByOthers: "ended by an experimenter", study.WasPilot: "pilot", study.WasSimulated: "simulated", study.ScreenedOut: "screened out",
	}
	if name, there := names[w]; there {
		return name
	}
	return string(w)
}

// exclusions lists what experimenters excluded.
func exclusions(d Data) (Table, bool) {
	t := Table{ID: "exclusions-log", Title: "Exclusions", Columns: texts("Participant", "What", "Ground", "Reason", "When (UTC)")}
	add := func(who, what string, g study.Ground, reason string, at time.Time) {
		t.Rows = append(t.Rows, []Cell{text(who), text(what), text(string(g)), text(reason), text(at.UTC().Format("2006-01-02 15:04"))})
	}
	for _, v := range d.Visits {
		if v.Why == study.WasExcluded {
			add(v.Participant, "the person", v.Ground, v.Reason, v.At)
		}
		for _, x := range v.Trials {
			if x.Why == study.TrialExcluded {
				add(v.Participant, "trial "+strconv.Itoa(x.Position), x.Ground, x.Reason, x.At)
			}
		}
	}
	return t, len(t.Rows) > 0
}

// chosen are the options of an answer: of several choices each of them counts.
func chosen(q instrument.Item, answer string) []string {
	if q.Kind == instrument.Choices {
		return strings.Split(answer, ",")
	}
	return []string{answer}
}

// demographics describes who counts, by the questions about the person. Texts that people wrote are not shown.
func demographics(d Data) (Table, bool) {
	t := Table{ID: "demographics", Title: "Who was analysed", Columns: slices.Concat(texts("Question", "Answer"), numbers("People", "%"))}
	for _, q := range d.About.Questions() {
		answers := map[string]int{}
		var values []float64
		n := 0
		for _, v := range d.Visits {
			a, given := v.About[q.ID]
			if v.Why != study.Counts || !given {
				continue
			}
			n++
			for _, o := range chosen(q, a) {
				answers[o]++
			}
			if x, err := strconv.ParseFloat(a, 64); err == nil {
				values = append(values, x)
			}
		}
		name := text(d.Design.Reading(q.Name()))
		switch {
		case n == 0 || q.Written():
		case q.Kind == instrument.Number || q.Kind == instrument.Analogue || q.Kind == instrument.Ticks:
			if len(values) > 0 {
				t.Rows = append(t.Rows, []Cell{name, text(fmt.Sprintf("median %s, from %s to %s", number(stat.Median(values), 1).Say, number(slices.Min(values), 0).Say, number(slices.Max(values), 0).Say)), count(len(values)), {}})
			}
		default:
			for _, o := range q.Points() {
				if label := d.Design.Reading(o.Label); answers[o.Value] > 0 {
					if label == "" {
						label = o.Value
					}
					t.Rows = append(t.Rows, []Cell{name, text(label), count(answers[o.Value]), share(answers[o.Value], n)})
					delete(answers, o.Value)
				}
			}
			rest := 0
			for _, k := range answers {
				rest += k
			}
			if rest > 0 {
				t.Rows = append(t.Rows, []Cell{name, text("no answer"), count(rest), share(rest, n)})
			}
		}
	}
	return t, len(t.Rows) > 0
}

// balance counts people of each sequence and group, or only of each group where the sequences are not known.
func balance(d Data) (Table, bool) {
	t := Table{ID: "balance", Title: "Sequences and groups", Columns: slices.Concat(texts("Group"), numbers("Sequence", "People analysed", "Finished"))}
	if d.Blind {
		t.Title, t.Columns = "Groups", slices.Concat(texts("Group"), numbers("People analysed", "Finished"))
	}
	type sums struct{ people, finished int }
	all := map[study.Place]*sums{}
	var order []study.Place
	for _, v := range d.Visits {
		if v.Why != study.Counts || !v.Placed {
			continue
		}
		if all[v.Place] == nil {
			all[v.Place], order = &sums{}, append(order, v.Place)
		}
		all[v.Place].people++
		if v.Finished {
			all[v.Place].finished++
		}
	}
	slices.SortFunc(order, func(a, b study.Place) int {
		if a.Group != b.Group {
			return slices.Compare([]rune(a.Group), []rune(b.Group))
		}
		return a.Sequence - b.Sequence
	})
	for _, p := range order {
		group := p.Group
		if group == "" {
			group = "all"
		}
		row := []Cell{text(group)}
		if !d.Blind {
			row = append(row, count(p.Number()))
		}
		t.Rows = append(t.Rows, append(row, count(all[p].people), count(all[p].finished)))
	}
	return t, len(t.Rows) > 0
}
