package lab

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/catalogue"
	"vmstudy/web/questions"
	"vmstudy/web/view"
)

// visitView returns what a session's page shows, except for what only the study or the conductor
// knows.
func (s *Server) visitView(visit study.Session, ratings map[study.TrialID][]study.Rating, crisp map[study.AttemptID]time.Time) view.Session {
	v := view.Session{
		ID: int64(visit.ID), Participant: int64(visit.Participant.ID), Code: visit.Participant.Code, Pilot: visit.Participant.Pilot, Simulated: visit.Participant.Simulated,
		Version: visit.Version.Number, Hash: visit.Version.Hash, Sequence: sequenceName(visit.Assignment),
		Language: catalogue.NameInEnglish(visit.Speaks()),
		Computer: computerWords(visit.Found),
		Began:    s.Moment(visit.StartedAt), Consented: s.Moment(visit.ConsentedAt), Ended: s.Moment(visit.EndedAt),
		Open: visit.EndedAt.IsZero(), About: answersView(visit.Version.Design, ratings[0]),
	}
	v.Standing, v.Counted = s.standingView(visit), s.trialsThatCount(visit)
	v.Done, v.Total = visit.Progress()
	step := visit.Step()
	v.Where = stepNames[step.Kind]
	for i, t := range visit.Trials {
		row := trialView(visit.Version.Design, t, crisp)
		row.Here = v.Open && step.Kind.AboutTrial() && step.Trial == i
		row.Answers = answersView(visit.Version.Design, ratings[t.ID])
		v.Trials = append(v.Trials, row)
	}
	return v
}

// sequenceName returns the number of a sequence in words.
func sequenceName(a study.Assignment) string {
	if !a.Taken() {
		return "no sequence before consent"
	}
	if a.Place.Group != "" {
		return "sequence " + strconv.Itoa(a.Place.Number()) + " of group " + a.Place.Group
	}
	return "sequence " + strconv.Itoa(a.Place.Number())
}

var stepNames = map[study.StepKind]string{
	study.StepConsent:    "reads the consent",
	study.StepAbout:      "answers questions about themselves",
	study.StepScreening:  "answers the screening",
	study.StepTurnedAway: "was turned away by the screening",
	study.StepOpening:    "answers questions before the first trial",
	study.StepReturn:     "is between two visits",
	study.StepPause:      "rests",
	study.StepBrief:      "reads what to do",
	study.StepDesktop:    "is at the desktop",
	study.StepRate:       "rates",
	study.StepClosing:    "answers the last questions",
	study.StepEnd:        "is at the end",
}

func trialView(d study.Design, t study.Trial, crisp map[study.AttemptID]time.Time) view.TrialRow {
	row := view.TrialRow{
		Position: strconv.Itoa(t.Position), Method: t.Condition.Access.Level(),
		Network: t.Condition.Network.Name, Task: d.Reading(t.Condition.Task.Title), Form: t.Condition.Form, Levels: levelWords(t.Condition),
	}
	if t.Practice() {
		row.Position = "practice"
	}
	for _, a := range t.Attempts {
		row.Attempts = append(row.Attempts, attemptView(t.Condition.Access, a, crisp[a.ID]))
	}
	return row
}

func attemptView(level study.Access, a study.Attempt, crisp time.Time) view.AttemptRow {
	row := view.AttemptRow{
		Number: a.Number, State: string(a.State), Cause: a.Cause,
		FirstPicture: seconds(a.FirstPicture()), Crisp: seconds(a.UntilCrisp(crisp)), OnTask: seconds(a.TimeOnTask()),
		Down: megabytes(a.Link.BytesDown), Up: megabytes(a.Link.BytesUp), Drops: whole(a.Link.DropsDown + a.Link.DropsUp),
		Way:      string(a.Link.Way),
		Streamed: megabytes(a.Desktop.BytesMoved), Pages: whole(a.Desktop.Pages), Waited: seconds(a.Desktop.Waited),
		Report:      cmp.Or(streamView(a), screenView(level, a)),
		Accelerator: a.Desktop.Accelerator, Emulated: a.Desktop.Accelerator == "tcg",
	}
	if a.State == study.Finished {
		row.State = outcomeNames[a.Outcome]
	}
	if a.Measured.Count > 0 {
		row.SetRTT = tenths(milliseconds(a.Set.RTT))
		row.Min, row.Median, row.P95 = tenths(milliseconds(a.Measured.Min)), tenths(milliseconds(a.Measured.Median)), tenths(milliseconds(a.Measured.P95))
	} else if !a.Set.IsZero() {
		row.SetRTT = tenths(milliseconds(a.Set.RTT))
	}
	return row
}

var outcomeNames = map[study.Outcome]string{
	study.Completed: "completed", study.SaidDone: "said done", study.GaveUp: "gave up", study.TimeUp: "time up",
	study.EndedByExperimenter: "ended by experimenter",
}

// answersView returns the answers with the titles of their questions.
func answersView(d study.Design, ratings []study.Rating) []view.Rating {
	d = d.Speaking(d.Written()) // whatever the participant read
	d.Languages = d.Spoken()[:1]
	var all []view.Rating
	for _, r := range ratings {
		q, err := questionnaire.Of(d, r.Instrument)
		title := q.Title.String()
		if err != nil {
			title = r.Instrument // the instrument is no longer in the library, so its id must do
		}
		v := view.Rating{Instrument: title}
		for _, a := range r.Answers {
			v.Answers = append(v.Answers, answerView(q, a))
		}
		all = append(all, v)
	}
	return all
}

func answerView(q instrument.Instrument, a study.Answer) view.Answer {
	v := view.Answer{Item: a.Item, Value: a.Value}
	if a.Item == instrument.OrderItem {
		v.Item = "Shown in this order"
		return v
	}
	item, known := q.Question(a.Item)
	if !known {
		return v
	}
	v.Item = item.Name().String()
	switch said := questions.Spoken(catalogue.English, item, a.Value); {
	case item.Kind == instrument.Ticks || said == a.Value:
	case item.Numeric():
		v.Meaning = said
	default:
		v.Value = said // the label says more than the value
	}
	return v
}

// Numbers for tables. Zero becomes an empty text.

func seconds(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return tenths(d.Seconds())
}

func tenths(x float64) string { return fmt.Sprintf("%.1f", x) }

func megabytes(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", float64(n)/1e6)
}

func whole(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
