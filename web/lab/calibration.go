package lab

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"vmstudy/session/calibration"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// Calibrating runs calibrations for the pages. It is implemented by calibration.Runner.
type Calibrating interface {
	// Start begins a calibration and returns when that is on record. It returns study.ErrConflict,
	// with a sentence, while another calibration runs or somebody is at a desktop.
	Start(ctx context.Context, c study.Calibration, networks []study.NamedNetwork) (study.CalibrationID, error)
	// Stop stops a calibration in the name of who, and returns when that is on record.
	Stop(ctx context.Context, id study.CalibrationID, who string) error
	Status() (s calibration.Status, runs bool)
	Takes(networks []study.NamedNetwork) time.Duration // how long a calibration would take, roughly
	Here() (study.Machine, study.LinkWay)              // the machine and the way that a calibration would use
}

// calibratable is a design whose networks an experimenter may calibrate.
type calibratable struct {
	of     string // the value in the form: version or draft
	title  string // such as "version 2"
	design study.Design
}

// offers returns the designs that may be calibrated: the newest version, or the draft if there is
// no version yet. If the draft has other networks than the version, it comes second.
func offers(st study.Study) []calibratable {
	draft := calibratable{"draft", "the draft", st.Draft}
	if st.Published == nil {
		return []calibratable{draft}
	}
	version := calibratable{"version", fmt.Sprintf("version %d", st.Published.Number), st.Published.Design}
	if slices.Equal(says(version.design), says(draft.design)) {
		return []calibratable{version}
	}
	return []calibratable{version, draft}
}

// says returns the networks of a design in words.
func says(d study.Design) (all []string) {
	for _, n := range d.Passed() {
		all = append(all, n.Network.String())
	}
	return all
}

// StartCalibration begins to calibrate the networks of the version or the draft.
func (s *Server) StartCalibration(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	all := offers(st)
	i := slices.IndexFunc(all, func(o calibratable) bool { return o.of == in.Get("of") })
	if i < 0 {
		return study.Refuse(study.ErrConflict, "The study has changed since you looked at it. Look at its page again.")
	}
	c := study.Calibration{Study: st.ID, Of: all[i].title, By: page.Who(r.Context()).Name}
	if _, err := s.Calibrate.Start(r.Context(), c, all[i].design.Passed()); err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"#calibration")
}

// StopCalibration stops a calibration that runs.
func (s *Server) StopCalibration(w http.ResponseWriter, r *http.Request) error {
	_, c, err := s.calibrationIn(r)
	if err != nil {
		return err
	}
	if err := s.Calibrate.Stop(r.Context(), c.ID, page.Who(r.Context()).Name); err != nil {
		return err
	}
	return page.Redirect(w, r, calibrationPath(c))
}

// ShowCalibrating answers with the part of a study's page that changes while a calibration runs.
func (s *Server) ShowCalibrating(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	v, err := s.calibratingView(r.Context(), st)
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, view.StudyCalibration(v))
}

// calibratingView says whether the networks that the next participant will meet are calibrated,
// which calibration runs, and which can be started.
func (s *Server) calibratingView(ctx context.Context, st study.Study) (view.Calibrating, error) {
	v := view.Calibrating{Study: int64(st.ID)}
	past, err := s.Store.Calibrations(ctx, st.ID)
	if err != nil {
		return v, err
	}
	all := offers(st)
	machine, way := s.Calibrate.Here()
	if st.Published != nil {
		began, err := s.Store.LinkWays(ctx, st.Published.ID)
		if err != nil {
			return v, err
		}
		v.Mixed = study.MixedWays(began, way)
	}
	standing, by := all[0].design.Calibrated(past, machine, way)
	v.Standing, v.Kind = s.standingWords(all[0], standing, by)
	v.Report = int64(by.ID)
	for _, c := range past {
		v.Past = append(v.Past, s.calibrationRow(c))
	}
	switch now, runs := s.Calibrate.Status(); {
	case runs && now.Study == st.ID:
		v.Running = runsView(now)
	case runs:
		v.Waits = "The networks of another study are being calibrated: one at a time, or they would measure each other."
	default:
		for _, o := range all {
			if networks := o.design.Passed(); len(networks) > 0 {
				v.Offers = append(v.Offers, view.CalibrationOffer{
					Of: o.of, Label: "Calibrate " + o.title, Takes: "takes " + about(s.Calibrate.Takes(networks)),
				})
			}
		}
	}
	return v, nil
}

// standingWords says in a sentence whether the networks of a design are calibrated. kind is a CSS
// class.
func (s *Server) standingWords(o calibratable, standing study.CalibrationStanding, by study.Calibration) (say, kind string) {
	when := s.Moment(by.EndedAt)
	title := strings.ToUpper(o.title[:1]) + o.title[1:]
	switch {
	case len(o.design.Passed()) == 0:
		return "Nothing in this study passes a network, so there is nothing to calibrate.", ""
	case standing == study.CalibratedWithin:
		return fmt.Sprintf("The networks of %s were calibrated on %s: all within their bars.", o.title, when), "good"
	case standing == study.CalibratedBeyond:
		verdict, _ := verdictOf(by)
		return fmt.Sprintf("The networks of %s were calibrated on %s. %s", o.title, when, verdict), "bad"
	case standing == study.CalibratedBefore:
		return fmt.Sprintf("%s has networks that are not calibrated: they have changed since the calibration of %s.", title, when), "bad"
	case standing == study.CalibratedOutside:
		return fmt.Sprintf("The networks of %s were calibrated on %s, but on another machine or by another way of making links.", o.title, when), "bad"
	}
	return fmt.Sprintf("The networks of %s are not yet calibrated: nobody has measured them on this machine.", o.title), ""
}

// uncalibrated says why nobody knows whether the networks that the next participant will meet are
// as they were set. It returns "" if they are calibrated, or if nothing passes a network.
func (s *Server) uncalibrated(ctx context.Context, st study.Study) (string, error) {
	next := offers(st)[0]
	if st.Published == nil || len(next.design.Passed()) == 0 {
		return "", nil
	}
	past, err := s.Store.Calibrations(ctx, st.ID)
	if err != nil {
		return "", err
	}
	machine, way := s.Calibrate.Here()
	standing, by := next.design.Calibrated(past, machine, way)
	if standing == study.CalibratedWithin {
		return "", nil
	}
	say, _ := s.standingWords(next, standing, by)
	return say, nil
}

func runsView(now calibration.Status) *view.CalibrationRuns {
	v := view.CalibrationRuns{ID: int64(now.ID), By: now.By, What: "Beginning", Share: int(100 * now.Share)}
	if now.What != "" {
		v.What = fmt.Sprintf("Network %d of %d, %s: %s", now.Network, now.Networks, now.Name, now.What)
		v.Left = about(now.Left) + " left"
	}
	return &v
}

// about writes a duration roughly, for somebody who waits.
func about(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("about %.0f s", d.Seconds())
	}
	return fmt.Sprintf("about %.0f min", math.Ceil(d.Minutes()))
}

func (s *Server) calibrationRow(c study.Calibration) view.CalibrationRow {
	row := view.CalibrationRow{ID: int64(c.ID), When: s.Moment(c.StartedAt), Of: c.Of, By: c.By, Way: string(c.Way)}
	row.Say, row.Kind = verdictOf(c)
	return row
}
