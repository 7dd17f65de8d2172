package lab_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"vmstudy/analysis/simulate"
	"vmstudy/document"
	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// Nobody knows the plan of a search beforehand, and the pages say so.
func TestThePageOfASearchSaysUpToHowMuch(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Searching(), true)
	for _, path := range []string{webtest.DesignPage(id), webtest.StudyPage(id)} {
		said := strings.Join(strings.Fields(webtest.Text(l.Get(path).Page)), " ")
		for _, want := range []string{"up to 8 in up to 4 pairs", "A participant takes up to about"} {
			if !strings.Contains(said, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
	l.Wants(l.Get(webtest.DesignPage(id)), 200, "It is not known beforehand.")
	if strings.Contains(webtest.Text(l.Get(webtest.DesignPage(id)).Page), "The first sequences") {
		t.Error("the page draws sequences")
	}
	l.Wants(l.Get(webtest.StudyPage(id)+"/versions/1/preregistration.md"), 200, "Participants do pairs of trials, at most 4")
}

// Results of a search are its crossovers. Conditions are not described: people met them because of what they had answered.
func TestResultsOfASearchDescribeNoConditions(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Searching(), true)
	run := simulate.Run{Assumptions: simulate.Usual(), Study: id, People: 2, Seed: 7, From: l.Now, Asked: questionnaire.Of}
	l.Must(run.Do(t.Context(), l.Store, func(int, int) {}))
	a := l.Get(resultsPath(id) + "?simulated=1")
	l.Wants(a, 200, "The crossover of each participant")
	for _, section := range []string{"ratings", "responses", "tasks"} {
		if strings.Contains(a.Body, section+"-section") {
			t.Errorf("the results have a section of %s, or lead to it", section)
		}
	}
}

// A preview goes on as if no pair had told anything, to the end.
func TestASearchCanBePreviewed(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Searching(), false)
	place := webtest.StudyPage(id) + "/preview/0.0.en."
	l.Wants(l.Get(place+"6"), 200, "Task 1 of up to 8")
	seen := map[string]bool{}
	for at := range 60 {
		said := webtest.Text(l.Get(fmt.Sprint(place, at)).Page)
		for n := range 9 {
			if strings.Contains(said, fmt.Sprintf("Task %d of up to 8", n)) {
				seen[fmt.Sprint(n)] = true
			}
		}
	}
	if len(seen) != 8 {
		t.Errorf("the preview shows the tasks %v, want 1 to 8", seen)
	}
}

func TestASearchIsPublishedOnceItsNetworksAreCalibrated(t *testing.T) {
	l, _ := gauged(t)
	d := questionnaire.Complete(studytest.Searching(), study.Design{})
	id := l.Study(d, false)
	publish := func() webtest.Answer {
		return l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {document.Hash(d)}})
	}
	l.Wants(publish(), 422, "A search chooses among calibrated networks only")
	calibrated := func(networks []study.NamedNetwork) {
		c := study.Calibration{Study: id, Of: "the draft", By: "ada", Way: study.UserspaceWay, StartedAt: l.Now}
		for _, n := range networks {
			c.Networks = append(c.Networks, study.CalibratedNetwork{Name: n.Name, Says: n.Network.String()})
			c.Findings = append(c.Findings, study.Finding{Network: n.Name, Way: c.Way, Name: "rtt", What: "round trip", Known: true, Promised: true, OK: true})
		}
		var err error
		c.ID, err = l.Store.OpenCalibration(t.Context(), c)
		l.Must(err)
		c.State, c.EndedAt, c.Machine = study.CalibrationFinished, l.Now, study.Machine{CPU: "a CPU", Cores: 2, Kernel: "6.1"}
		l.Must(l.Store.CloseCalibration(t.Context(), c))
	}
	calibrated(d.Networks[:3])
	l.Wants(publish(), 422, "A search chooses among calibrated networks only")
	calibrated(d.Networks)
	l.WantsRedirect(publish(), webtest.StudyPage(id))
}
