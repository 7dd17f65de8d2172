package lab

import (
	"encoding/json"
	"net/http"
	"time"

	"vmstudy/bench"
	"vmstudy/netem/netembench"
	"vmstudy/study"
)

// calibrationDoc is a calibration as JSON: the fields of a bench report, and those that only a
// calibration has.
type calibrationDoc struct {
	bench.Report
	Study      calibratedStudyDoc `json:"study"`
	Of         string             `json:"of"`
	By         string             `json:"by"`
	Way        study.LinkWay      `json:"way"`
	Began      time.Time          `json:"began"`
	Ended      *time.Time         `json:"ended"` // null while the calibration runs
	State      string             `json:"state"`
	Cause      string             `json:"cause,omitempty"`
	Verdict    string             `json:"verdict"`
	Busy       bool               `json:"busy"`
	Networks   []networkSaysDoc   `json:"networks"`
	Findings   []findingDoc       `json:"findings"`
	Unmeasured []unmeasuredDoc    `json:"unmeasured"`
}

type calibratedStudyDoc struct {
	ID    study.StudyID `json:"id"`
	Title string        `json:"title"`
}

// Each document has the same fields as the type of that name in study, so that Go converts one into
// the other.
type (
	networkSaysDoc struct {
		Name string `json:"name"`
		Says string `json:"says"`
	}
	findingDoc struct {
		Network   string        `json:"network"`
		During    string        `json:"during"`
		Way       study.LinkWay `json:"way"`
		Name      string        `json:"name"`
		What      string        `json:"what"`
		Set       string        `json:"set"`
		Unit      string        `json:"unit"`
		Known     bool          `json:"known"`
		Expected  float64       `json:"expected"`
		How       string        `json:"how"`
		Measured  float64       `json:"measured"`
		Low       float64       `json:"low"`
		High      float64       `json:"high"`
		Promised  bool          `json:"promised"`
		Error     float64       `json:"error"`
		Bar       float64       `json:"bar"`
		ErrorUnit string        `json:"error_unit"`
		OK        bool          `json:"ok"`
	}
	unmeasuredDoc struct {
		Network string `json:"network"`
		During  string `json:"during"`
		What    string `json:"what"`
		Why     string `json:"why"`
	}
)

// CalibrationJSON answers with the report as JSON, for programs.
func (s *Server) CalibrationJSON(w http.ResponseWriter, r *http.Request) error {
	st, c, err := s.calibrationIn(r)
	if err != nil {
		return err
	}
	doc := calibrationDoc{
		Report: netembench.Report(c), Study: calibratedStudyDoc{st.ID, st.Draft.Name()}, Of: c.Of, By: c.By, Way: c.Way,
		Began: c.StartedAt, State: string(c.State), Cause: c.Cause, Busy: c.Machine.Busy(),
		Networks: []networkSaysDoc{}, Findings: []findingDoc{}, Unmeasured: []unmeasuredDoc{},
	}
	doc.Verdict, _ = verdictOf(c)
	if !c.EndedAt.IsZero() {
		doc.Ended = &c.EndedAt
	}
	for _, n := range c.Networks {
		doc.Networks = append(doc.Networks, networkSaysDoc(n))
	}
	for _, f := range c.Findings {
		doc.Findings = append(doc.Findings, findingDoc(f))
	}
	for _, u := range c.Unmeasured {
		doc.Unmeasured = append(doc.Unmeasured, unmeasuredDoc(u))
	}
	w.Header().Set("Content-Type", "application/json")
	lines := json.NewEncoder(w)
	lines.SetIndent("", "  ")
	return lines.Encode(doc)
}
