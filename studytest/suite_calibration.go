package studytest

import (
	"time"

	"vmstudy/study"
)

// calibrated returns a calibration with a value in every field, before it is stored.
func calibrated(s study.StudyID) study.Calibration {
	return study.Calibration{
		Study: s, Of: "version 2", By: "ada", Way: study.KernelWay, Program: "v1.2", State: study.CalibrationRuns,
		Networks:  []study.CalibratedNetwork{{Name: "3G", Says: "7.2/1.5 Mbps, 120 ms"}, {Name: "LAN", Says: "nothing added"}},
		Machine:   study.Machine{CPU: "a CPU", Cores: 2, Kernel: "6.1", Go: "go1", Memory: 1 << 40, Load: 0.25},
		StartedAt: Noon,
	}
}

// stopped returns c as it is when it ends after a minute, with a value in every field.
func stopped(c study.Calibration) study.Calibration {
	c.State, c.Cause, c.EndedAt = study.CalibrationStopped, "ada stopped it.", Noon.Add(time.Minute)
	c.Machine.Others = 0.75
	c.Findings = []study.Finding{
		{
			Network: "3G", During: "from 1 s for 2 s: outage", Way: study.UserspaceWay, Name: "rtt", What: "round trip", Set: "120 ms", Unit: "ms",
			Known: true, Expected: 120.13, How: "by hand", Measured: 120.2, Low: 120.1, High: 121,
			Promised: true, Error: -0.07, Bar: 1.2, ErrorUnit: "ms", OK: true,
		},
		{Network: "LAN", Name: "goodput_down"},
	}
	c.Unmeasured = []study.Unmeasured{{Network: "LAN", During: "later", What: "loss", Why: "there is none"}}
	return c
}

func testCalibrations(l *lab) {
	v, other := l.published(Design()), l.published(Design())
	_, err := l.OpenCalibration(l.ctx(), calibrated(4711))
	l.wantKind("a calibration of an unknown study", err, study.ErrNotFound)
	nobodys := calibrated(v.Study)
	nobodys.By = ""
	_, err = l.OpenCalibration(l.ctx(), nobodys)
	l.wantKind("a calibration by nobody", err, study.ErrInvalid)
	_, err = l.Calibration(l.ctx(), 4711)
	l.wantKind("an unknown calibration", err, study.ErrNotFound)

	var want []study.Calibration
	for _, way := range []study.LinkWay{study.UserspaceWay, study.KernelWay, study.TunWay} {
		c := calibrated(v.Study)
		c.Way = way
		c.ID, err = l.OpenCalibration(l.ctx(), c)
		l.must(err)
		got, err := l.Calibration(l.ctx(), c.ID)
		l.must(err)
		l.wantEqual("one that runs", got, c)
		l.wantKind("one that ends in no end", l.CloseCalibration(l.ctx(), c), study.ErrInvalid)
		c = stopped(c)
		l.must(l.CloseCalibration(l.ctx(), c))
		l.wantKind("one that ends twice", l.CloseCalibration(l.ctx(), c), study.ErrConflict)
		got, err = l.Calibration(l.ctx(), c.ID)
		l.must(err)
		l.wantEqual("one that has ended", got, c)
		want = append([]study.Calibration{c}, want...)
	}
	all, err := l.Calibrations(l.ctx(), v.Study)
	l.must(err)
	l.wantEqual("those of a study, the newest first", all, want)
	all, err = l.Calibrations(l.ctx(), other.Study)
	l.must(err)
	l.wantEqual("those of another study", all, []study.Calibration(nil))
}

func testInterruptCalibrations(l *lab) {
	c := calibrated(l.published(Design()).Study)
	var err error
	c.ID, err = l.OpenCalibration(l.ctx(), c)
	l.must(err)
	for _, want := range []int{1, 0} {
		n, err := l.InterruptCalibrations(l.ctx(), Noon.Add(time.Hour), "a power cut")
		l.must(err)
		l.wantEqual("how many were interrupted", n, want)
	}
	c.State, c.Cause, c.EndedAt = study.CalibrationInterrupted, "a power cut", Noon.Add(time.Hour)
	got, err := l.Calibration(l.ctx(), c.ID)
	l.must(err)
	l.wantEqual("one that was interrupted", got, c)
	l.wantKind("one that ends after that", l.CloseCalibration(l.ctx(), stopped(c)), study.ErrConflict)
}
