package webtest

import (
	"fmt"
	"net/url"
	"time"
	_ "time/tzdata"

	"vmstudy/study"
	"vmstudy/studytest"
)

// Offer returns the form that offers appointments.
func Offer(date, from, to, station string) url.Values {
	return url.Values{"date": {date}, "from": {from}, "to": {to}, "station": {station}}
}

// Compared returns a design with three conditions: vnc/LAN/look, vnc/3G/look and local/none/look.
func Compared() study.Design {
	d := studytest.OneTrial()
	d.Methods = study.PlainLevels(study.VNC, study.Local)
	d.Networks = studytest.Design().Networks
	d.Instruments = []string{"satisfaction", "annoyance", "tlx", "remarks"}
	return d
}

// A Done says what happened in one trial.
type Done struct {
	Outcome   study.Outcome
	Seconds   int // on task
	Rating    int // of satisfaction; annoyance is 8 minus it
	Responses []int
	TCG       bool
}

// TakePart lets a new participant do the trials of the named conditions only.
func (l *Lab) TakePart(st study.StudyID, pilot bool, trials map[string]Done) {
	l.T.Helper()
	ctx := l.T.Context()
	people, err := l.Store.AddParticipants(ctx, st, pilot, []string{fmt.Sprint(st, pilot, len(trials), l.Now.UnixNano())}, l.Now)
	l.Must(err)
	l.Now = l.Now.Add(time.Minute)
	id, err := l.Store.StartSession(ctx, people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(ctx, id, false, l.Now))
	x, err := l.Store.Session(ctx, id)
	l.Must(err)
	for _, t := range x.Trials {
		if what, ok := trials[t.Condition.Code()]; ok {
			l.ConductTrial(id, t.ID, what)
		}
	}
}

// ConductTrial stores an attempt at a trial with its answers and response times.
func (l *Lab) ConductTrial(visit study.SessionID, trial study.TrialID, what Done) {
	l.T.Helper()
	ctx := l.T.Context()
	a, err := l.Store.OpenAttempt(ctx, study.Attempt{Trial: trial, State: study.Preparing, AskedAt: l.Now})
	l.Must(err)
	a.State, a.StartedAt, a.Desktop.Accelerator = study.Running, l.Now, "kvm"
	if what.TCG {
		a.Desktop.Accelerator = "tcg"
	}
	l.Must(l.Store.RecordAttempt(ctx, a, l.Now, 0))
	var rows []study.Interaction
	for i, ms := range what.Responses {
		rows = append(rows, study.Interaction{Number: int64(i + 1), Kind: study.Key, At: l.Now, Drawn: time.Duration(ms) * time.Millisecond})
	}
	l.Must(l.Store.SaveBatch(ctx, studytest.BatchOf(a.ID, 1, rows)))
	a.State, a.Outcome, a.EndedAt = study.Finished, what.Outcome, l.Now.Add(time.Duration(what.Seconds)*time.Second)
	l.Must(l.Store.RecordAttempt(ctx, a, l.Now, 0))
	for instrument, value := range map[string]int{"satisfaction": what.Rating, "annoyance": 8 - what.Rating} {
		l.Must(l.Store.RecordRating(ctx, visit, trial, study.Rating{
			Instrument: instrument, At: l.Now, Answers: []study.Answer{{Item: instrument, Value: fmt.Sprint(value)}},
		}))
	}
}

// Calibrated stores a finished calibration of a study's networks, after with has changed it.
func (l *Lab) Calibrated(id study.StudyID, with func(*study.Calibration)) study.Calibration {
	l.T.Helper()
	c := study.Calibration{
		Study: id, Of: "version 1", By: "ada", Way: study.UserspaceWay, Program: "v9", StartedAt: l.Now,
		Machine: study.Machine{CPU: "a CPU", Cores: 2, Kernel: "6.1", Go: "go1", Others: 0.01},
	}
	for _, n := range studytest.Design().Passed() {
		c.Networks = append(c.Networks, study.CalibratedNetwork{Name: n.Name, Says: n.Network.String()})
	}
	var err error
	c.ID, err = l.Store.OpenCalibration(l.T.Context(), c)
	l.Must(err)
	c.State, c.EndedAt = study.CalibrationFinished, l.Now.Add(90*time.Second)
	for _, n := range c.Networks {
		c.Findings = append(c.Findings, study.Finding{
			Network: n.Name, Way: c.Way, Name: "rtt", What: "round trip", Set: "120 ms", Unit: "ms", Known: true, Expected: 120.25,
			How: "what is set, and the time to send", Measured: 120.5, Low: 120.3, High: 121, Promised: true, Error: 0.25, Bar: 1.2, ErrorUnit: "ms", OK: true,
		}, study.Finding{
			Network: n.Name, Way: study.KernelWay, Name: "goodput_down", What: "goodput down", Set: "7.2 Mbps", Unit: "Mbps", Measured: 5.4321,
			How: "unknown: TCP slows down", OK: true,
		})
	}
	c.Unmeasured = []study.Unmeasured{{Network: "3G", What: "when its phases begin", Why: "it would take too long"}}
	with(&c)
	l.Must(l.Store.CloseCalibration(l.T.Context(), c))
	return c
}
