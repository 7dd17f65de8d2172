package lab

import (
	"context"
	"net/http"
	"time"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// openFor is for how long after its beginning the page shows a session that has not ended. It shows one for longer that goes on, as in a
// second visit.
const openFor = 12 * time.Hour

// ShowLive shows all sessions that are going on.
func (s *Server) ShowLive(w http.ResponseWriter, r *http.Request) error {
	v, err := s.liveView(r.Context())
	if err != nil {
		return err
	}
	p := s.LabPage(r, "Live")
	p.Styles, p.Scripts = []string{"monitor.css"}, []string{"live.js", "monitor.js"}
	return s.Render(w, r, http.StatusOK, view.LivePage(p, v))
}

// ShowLiveCards answers with the part of the live page that changes.
func (s *Server) ShowLiveCards(w http.ResponseWriter, r *http.Request) error {
	v, err := s.liveView(r.Context())
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, view.LiveCards(v))
}

func (s *Server) liveView(ctx context.Context) (view.Live, error) {
	var v view.Live
	now := s.Now()
	since := now.Add(-openFor)
	sessions, err := s.Store.OpenSessions(ctx, since, now)
	if err != nil {
		return v, err
	}
	if disk, err := s.Disk(); err == nil {
		v.Disk = disk.alarm()
	}
	titles := map[study.StudyID]string{}
	for i := len(sessions) - 1; i >= 0; i-- { // the oldest session first
		x := sessions[i]
		if !page.May(ctx, study.Watch, x.Study) || x.StartedAt.Before(since) && !goesOn(x, now) {
			continue
		}
		if titles[x.Study] == "" {
			titles[x.Study] = x.Version.Design.Name()
		}
		if !atDesktop(x) || !page.May(ctx, study.Conduct, x.Study) {
			v.Others = append(v.Others, s.otherView(x, titles[x.Study]))
			continue
		}
		card, err := s.cardView(ctx, x)
		if err != nil {
			return v, err
		}
		v.Cards = append(v.Cards, card)
	}
	return v, nil
}

// goesOn reports whether somebody may be in their visit whose place is kept: they have not left the study, and do not stand between two visits.
func goesOn(x study.Session, now time.Time) bool {
	return x.Step().Kind != study.StepReturn && x.Assignment.State(now) == study.PlaceActive || atDesktop(x)
}

// atDesktop reports whether the participant is at a desktop, or was at one that failed.
func atDesktop(x study.Session) bool {
	step := x.Step()
	if step.Kind == study.StepDesktop {
		return true
	}
	return step.Kind == study.StepBrief && len(x.Trials[step.Trial].Attempts) > 0
}

func (s *Server) otherView(x study.Session, title string) view.LiveOther {
	o := view.LiveOther{
		Session: int64(x.ID), Code: x.Participant.Code, Pilot: x.Participant.Pilot, Study: title,
		Where: stepNames[x.Step().Kind], Began: s.Moment(x.StartedAt),
	}
	o.Done, o.Total = x.Progress()
	return o
}

// cardView returns what is known of a session at a desktop.
func (s *Server) cardView(ctx context.Context, x study.Session) (view.LiveCard, error) {
	recorded, err := s.Store.Recordings(ctx, x.ID)
	if err != nil {
		return view.LiveCard{}, err
	}
	now := s.Now()
	trial := x.Trials[x.Step().Trial]
	last := trial.Last()
	status, _ := s.Conduct.Status(x.ID)
	responses, input := s.Desks.Pulse(x.ID, last.StartedAt, now)
	seen := sign{
		running: last.State == study.Running, since: last.StartedAt, last: input, responses: responses,
		page: s.Desks.Open(x.ID), trial: trial, recorded: recorded,
	}
	if seen.running && status.Ready { // otherwise the desktop is closing, which takes a moment
		seen.paused = status.Stage
	}
	card := view.LiveCard{
		Session: int64(x.ID), Code: x.Participant.Code, Pilot: x.Participant.Pilot, Study: x.Version.Design.Name(),
		Condition: conditionWords(trial.Condition), Told: toldDuring(trial.Condition), Group: x.Assignment.Place.Group,
		Place: page.TrialWords(catalogue.English, x, trial), Attempt: last.Number,
		State: string(last.State), Stage: status.Stage, There: status.Ready,
		Left: leftOf(status.Deadline, now), Input: ago(input, now),
		Alarms: seen.alarms(now),
	}
	card.Network = networkView(last)
	card.Responses = responsesView(responses)
	return card, nil
}
