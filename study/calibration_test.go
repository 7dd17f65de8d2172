package study_test

import (
	"testing"
	"time"

	"vmstudy/study"
)

func TestACalibrationHoldsForTheNetworksThatItMeasured(t *testing.T) {
	slow := study.NamedNetwork{Name: "slow", Network: study.Network{Down: study.Mbps, RTT: 100 * time.Millisecond}}
	fast := study.NamedNetwork{Name: "fast", Network: study.Network{Down: 50 * study.Mbps}}
	again := study.NamedNetwork{Name: "again", Network: slow.Network}
	design := study.Design{Methods: study.PlainLevels(study.VNC), Networks: []study.NamedNetwork{slow, fast, again}}
	if got := design.Passed(); len(got) != 2 || got[0].Name != "slow" || got[1].Name != "fast" {
		t.Errorf("networks that are passed: %v, want each once, by its first name", got)
	}
	here := study.Machine{CPU: "one", Cores: 2, Kernel: "6.1"}
	made := func(ok bool, networks ...study.NamedNetwork) study.Calibration {
		c := study.Calibration{State: study.CalibrationFinished, Machine: here, Way: study.UserspaceWay}
		for _, n := range networks {
			c.Networks = append(c.Networks, study.CalibratedNetwork{Name: n.Name, Says: n.Network.String()})
			c.Findings = append(c.Findings, study.Finding{Network: n.Name, OK: true}, study.Finding{Network: n.Name, OK: ok}, study.Finding{Network: n.Name, OK: true})
		}
		return c
	}
	good, bad, part := made(true, slow, fast), made(false, slow, fast), made(true, slow)
	stopped, elsewhere, otherWay, empty := good, good, good, good
	stopped.State = study.CalibrationStopped
	elsewhere.Machine.CPU = "other"
	otherWay.Way = study.KernelWay
	empty.Findings = nil
	for name, test := range map[string]struct {
		all  []study.Calibration
		want study.CalibrationStanding
		by   int // index in all; -1 for none
	}{
		"none":                              {nil, study.NotCalibrated, -1},
		"one that was stopped":              {[]study.Calibration{stopped}, study.NotCalibrated, -1},
		"all within":                        {[]study.Calibration{good}, study.CalibratedWithin, 0},
		"one figure beyond":                 {[]study.Calibration{bad}, study.CalibratedBeyond, 0},
		"a network that nobody measured":    {[]study.Calibration{empty}, study.CalibratedBeyond, 0},
		"the newest counts":                 {[]study.Calibration{good, bad}, study.CalibratedWithin, 0},
		"one network has come since":        {[]study.Calibration{part}, study.CalibratedBefore, 0},
		"the design was changed and back":   {[]study.Calibration{part, good}, study.CalibratedWithin, 1},
		"on another machine":                {[]study.Calibration{part, elsewhere}, study.CalibratedOutside, 1},
		"in another way":                    {[]study.Calibration{otherWay, part}, study.CalibratedOutside, 0},
		"another machine, and then on this": {[]study.Calibration{elsewhere, bad}, study.CalibratedBeyond, 1},
	} {
		t.Run(name, func(t *testing.T) {
			got, by := design.Calibrated(test.all, here, study.UserspaceWay)
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if test.by < 0 {
				if by.State != "" {
					t.Errorf("by %v, want none", by)
				}
			} else if len(by.Networks) != len(test.all[test.by].Networks) || by.Machine != test.all[test.by].Machine {
				t.Errorf("by %+v, want %+v", by, test.all[test.by])
			}
		})
	}
}

func TestANetworkIsBeyondIfOneFigureIs(t *testing.T) {
	c := study.Calibration{
		Networks: []study.CalibratedNetwork{{Name: "a"}, {Name: "b"}, {Name: "never measured"}},
		Findings: []study.Finding{{Network: "a", OK: true}, {Network: "b", OK: false}, {Network: "b", OK: true}},
	}
	within, beyond := c.Within()
	if within != 1 || len(beyond) != 1 || beyond[0] != "b" {
		t.Errorf("%d within and %v beyond, want 1 and b", within, beyond)
	}
}
