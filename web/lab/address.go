package lab

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// mailWords are the kinds of mails in words.
var mailWords = map[study.MailKind]string{
	study.MailConfirms: "Confirmation", study.MailCancels: "Cancellation", study.MailReminds: "Reminder",
}

// mailFailures say why a mail was not sent, and what to do.
var mailFailures = map[study.MailCause]string{
	study.MailRefused:     "The server for mail takes no mail for this address: ask them for another one.",
	study.MailRejected:    "The server for mail does not take this mail. Whoever runs the server finds the code of its answer in the log.",
	study.MailDeferred:    "The server for mail asked to try later, until it was too late.",
	study.MailUnreachable: "The server for mail could not be reached until it was too late. Whoever runs this program finds the reason in the log, or with studyctl doctor.",
	study.MailUnsafe:      "The server for mail could not be trusted, so nothing was sent until it was too late. studyctl doctor says more.",
	study.MailUnsigned:    "The server for mail did not let this program in until it was too late. studyctl doctor says more.",
}

// mailSays says what has become of a mail.
func (s *Server) mailSays(m study.Mail) string {
	switch m.State {
	case study.MailSent:
		return "Sent on " + s.Moment(m.At) + "."
	case study.MailFailed:
		return "Not sent. " + mailFailures[m.Cause]
	case study.MailDropped:
		return "Not sent: what it says was not true any more, or the address was taken back."
	}
	if m.Tries == 0 {
		return "Waits."
	}
	return fmt.Sprintf("Waits after %s; the next is on %s.", study.Count(m.Tries, "failed attempt"), s.Moment(m.DueAt))
}

// failedMails are the mails of a study that did not reach who they were for, of those that still matter: the newest of each participant, about what
// they have now, for the visit that comes next.
func failedMails(people []study.Participant, diaries map[study.ParticipantID]study.Diary, mails []study.Mail) (failed []study.Mail) {
	for _, p := range people {
		for _, m := range slices.Backward(mails) {
			if m.Participant != p.ID {
				continue
			}
			if d := diaries[p.ID]; m.State == study.MailFailed && m.Fact == len(d.Facts) && d.ForNext(d.Last()) && !d.Begun() {
				failed = append(failed, m)
			}
			break
		}
	}
	return failed
}

func (s *Server) failedMailRows(r *http.Request, st study.Study, diaries map[study.ParticipantID]study.Diary) (rows []view.MailRow, err error) {
	mails, err := s.Store.Mails(r.Context(), st.ID)
	if err != nil || len(mails) == 0 {
		return nil, err
	}
	people, err := s.Store.Participants(r.Context(), st.ID)
	if err != nil {
		return nil, err
	}
	codes := map[study.ParticipantID]string{}
	for _, p := range people {
		codes[p.ID] = p.Code
	}
	for _, m := range failedMails(people, diaries, mails) {
		rows = append(rows, view.MailRow{Code: codes[m.Participant], Participant: int64(m.Participant), What: mailWords[m.Kind], Say: s.mailSays(m)})
	}
	return rows, nil
}

// ShowAddress shows where mails to a participant go.
func (s *Server) ShowAddress(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	p, err := s.participant(r, st)
	if err != nil {
		return err
	}
	return s.renderAddress(w, r, http.StatusOK, st, p, view.Address{})
}

// SaveAddress says where mails to a participant go, or forgets it.
func (s *Server) SaveAddress(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	p, err := s.participant(r, st)
	if err != nil {
		return err
	}
	tried := view.Address{Typed: in.Get("mail"), Language: in.Get("language")}
	language := study.Language(tried.Language)
	switch {
	case in.Get("do") == "remove":
		err = s.Store.RemoveAddress(r.Context(), p.ID, s.Now())
	case st.Appoints() != nil:
		err = st.Appoints()
	case !s.Mails:
		err = study.Refuse(study.ErrConflict, "This server sends no mails: whoever runs it can switch that on.")
	case !slices.Contains(st.Current().Spoken(), language):
		err = errNoChoice
	default:
		err = s.Store.SetAddress(r.Context(), study.Address{
			Participant: p.ID, Mail: strings.TrimSpace(tried.Typed), Language: language, By: page.Who(r.Context()).ID, At: s.Now(),
		})
	}
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		tried.Say = page.Sentence(say)
		return s.renderAddress(w, r, code, st, p, tried)
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, fmt.Sprintf("%s/participants/%d/address", studyPath(st.ID), p.ID))
}

// renderAddress shows that page. v has what was typed, and what was wrong with it.
func (s *Server) renderAddress(w http.ResponseWriter, r *http.Request, code int, st study.Study, p study.Participant, v view.Address) error {
	v.Study, v.Participant, v.Code = studyView(st), int64(p.ID), p.Code
	diary, err := s.Store.Diary(r.Context(), p.ID)
	if err != nil {
		return err
	}
	c := study.Correspondence{State: st.Openness.State, Address: study.Address{Participant: p.ID, At: s.Now()}, Diary: diary}
	v.May = s.Mails && !c.Over(s.Now()) && p.Ruled != study.PlaceWithdrawn && !p.Simulated && !diary.Out
	a, err := s.Store.Address(r.Context(), p.ID)
	if err != nil && !errors.Is(err, study.ErrNotFound) {
		return err
	}
	if err == nil {
		by := "the participant"
		if a.By != 0 {
			by = "an experimenter"
		}
		v.Mail, v.Said, v.Language = a.Mail, fmt.Sprintf("entered by %s on %s", by, s.Moment(a.At)), cmp.Or(v.Language, string(a.Language))
	}
	for _, l := range st.Current().Spoken() {
		v.Languages = append(v.Languages, view.Choice{Value: string(l), Label: catalogue.NameInEnglish(l)})
	}
	mails, err := s.Store.Mails(r.Context(), st.ID)
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(mails) {
		if m.Participant == p.ID {
			v.Mails = append(v.Mails, view.MailRow{What: mailWords[m.Kind], Say: s.mailSays(m)})
		}
	}
	return s.Render(w, r, code, view.AddressPage(s.LabPage(r, "Address for mail of "+p.Code), v))
}
