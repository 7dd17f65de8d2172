package lab

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// SetAppointing says until when participants may change their appointments, and whom they ask.
func (s *Server) SetAppointing(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	a := study.Appointing{Contact: strings.TrimSpace(in.Get("contact")), Mail: strings.TrimSpace(in.Get("mail")), By: page.Who(r.Context()).ID, At: s.Now()}
	hours, notNumber := strconv.Atoi(strings.TrimSpace(cmp.Or(in.Get("notice"), "0")))
	before, err := s.Store.Appointing(r.Context(), st.ID)
	if err != nil {
		return err
	}
	reminds, notHours := int(before.Remind.Hours()), error(nil)
	if in.Has("remind") {
		reminds, notHours = strconv.Atoi(strings.TrimSpace(cmp.Or(in.Get("remind"), "0")))
	}
	switch {
	case notHours != nil || reminds < 0 || reminds > 1000:
		err = study.Refuse(study.ErrInvalid, "A mail reminds a number of hours before, or with 0 none does.")
	case notNumber != nil || hours < 0 || hours > 1000:
		err = study.Refuse(study.ErrInvalid, "Participants may move and cancel until a number of hours before.")
	case !page.Storable(a.Contact):
		err = study.Refuse(study.ErrInvalid, "a text holds a character that cannot be stored")
	default:
		a.Notice, a.Remind = time.Duration(hours)*time.Hour, time.Duration(reminds)*time.Hour
		err = s.Store.SetAppointing(r.Context(), st.ID, a)
	}
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		f := s.firstOffer()
		f.Appointing = &view.Appointing{Notice: in.Get("notice"), Contact: in.Get("contact"), Mail: in.Get("mail"), Remind: in.Get("remind"), Say: page.Sentence(say)}
		return s.renderAppointments(w, r, code, f)
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/appointments#rules")
}
