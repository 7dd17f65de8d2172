package lab

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// firstOffer returns what the form for new slots shows first: a day's work on one day.
func (s *Server) firstOffer() view.Offer {
	return view.Offer{Date: study.DateOf(s.Now()).Add(1).String(), From: "09:00", To: "17:00", Station: "1"}
}

// offerFields are the fields of the form, in their order. Its address, and the button below the times that it would make, have them.
var offerFields = []string{"date", "until", "weekday", "from", "to", "from2", "to2", "station", "gap", "most", "without"}

// typedOffer returns the form as it was typed.
func typedOffer(in url.Values) view.Offer {
	return view.Offer{
		Date: in.Get("date"), Until: in.Get("until"), Weekdays: in["weekday"], From: in.Get("from"), To: in.Get("to"), From2: in.Get("from2"), To2: in.Get("to2"),
		Station: in.Get("station"), Gap: in.Get("gap"), Most: in.Get("most"), Without: in.Get("without"),
	}
}

// offer is what a form would put on offer.
type offer struct {
	rule study.Offering
	study.Proposal
	bad faults // of its fields; if there are any, nothing is proposed
}

// OfferBy offers the times that a form makes, and returns which. What cannot be offered is left out.
func (s *Server) OfferBy(ctx context.Context, id study.StudyID, in url.Values) (study.Proposal, error) {
	st, err := s.Store.Study(ctx, id)
	if err != nil {
		return study.Proposal{}, err
	}
	o, err := s.propose(ctx, st, in)
	if err != nil {
		return study.Proposal{}, err
	}
	for _, field := range offerFields {
		if say := o.bad[field]; say != "" {
			return study.Proposal{}, study.Refuse(study.ErrInvalid, "The field %s cannot be taken: %s", field, say)
		}
	}
	return o.Proposal, s.putOnOffer(ctx, o, in)
}

// putOnOffer offers what a form makes, if that can be.
func (s *Server) putOnOffer(ctx context.Context, o offer, in url.Values) error {
	if err := o.admits(in.Get("seen"), s.Machines); err != nil {
		return err
	}
	return s.Store.OfferSlots(ctx, o.Free, s.Machines)
}

// OfferSlots offers the times that the form makes. What cannot be offered is left out, as the preview says; if what can be offered is not what
// the preview has shown, nothing is.
func (s *Server) OfferSlots(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	o, err := s.propose(r.Context(), st, in)
	if err != nil {
		return err
	}
	if err = s.putOnOffer(r.Context(), o, in); err == nil {
		return page.Redirect(w, r, studyPath(st.ID)+"/appointments")
	}
	if !errors.Is(err, study.ErrInvalid) && !errors.Is(err, study.ErrConflict) {
		return err
	}
	f := typedOffer(in)
	code, say := page.Explain(err)
	f.Faults, f.Say = o.bad, say
	if len(o.bad) == 0 && len(o.Free) > 0 {
		if o, err = s.propose(r.Context(), st, in); err != nil { // as it is now
			return err
		}
		f.Preview = s.previewOf(o, in)
	}
	return s.renderAppointments(w, r, code, f)
}

// admits returns why o cannot be offered, or nil. seen is the mark of what the preview has shown; empty if nobody has looked at it.
func (o offer) admits(seen string, machines int) error {
	switch {
	case len(o.bad) > 0:
		return study.Refuse(study.ErrInvalid, "some of these times cannot be offered")
	case seen != "" && seen != mark(o.Free):
		return study.Refuse(study.ErrConflict, "these times are not those that were shown: something else has been offered meanwhile. Look at them again")
	case len(o.Free) > 0:
		return nil
	case len(o.Blocked[study.Crowded]) > 0:
		return study.Refuse(study.ErrConflict, "only %s can run at the same time", study.Count(machines, "machine"))
	}
	return study.Refuse(study.ErrConflict, "other times are on offer then at the same station")
}

// mark identifies times that were shown.
func mark(all []study.Slot) string {
	h := sha256.New()
	for _, x := range all {
		fmt.Fprintf(h, "%d %d %q\n", x.StartsAt.Unix(), x.EndsAt.Unix(), x.Station)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// propose reads the form and returns what it would put on offer.
func (s *Server) propose(ctx context.Context, st study.Study, in url.Values) (offer, error) {
	o := offer{bad: faults{}}
	o.rule = readRule(in, appointmentLength(st.Current()), o.bad)
	if len(o.bad) > 0 {
		return o, nil
	}
	for _, f := range o.rule.Faults() {
		o.bad.add(fieldOf[f.At], "%s", f.Say)
	}
	if len(o.bad) > 0 {
		return o, nil
	}
	zone := s.Now().Location()
	from, to := o.rule.First.Start(zone).Add(-48*time.Hour), o.rule.Last.Add(2).Start(zone) // with those that reach into the first day
	there, err := s.Store.Day(ctx, from, to)
	if err != nil {
		return o, err
	}
	o.Proposal = o.rule.Propose(st.ID, there, s.Machines, s.Now())
	o.look()
	return o, nil
}

// fieldOf has the field of the form for each part of a rule.
var fieldOf = map[string]string{
	"first": "date", "last": "until", "weekdays": "weekday", "windows": "from2", "stations": "station", "gap": "gap", "most": "most", "length": "to",
}

// look notes what is wrong with times that were proposed.
func (o offer) look() {
	made := len(o.Free)
	for _, all := range o.Blocked {
		made += len(all)
	}
	switch begun := len(o.Blocked[study.Begun]); {
	case made > study.MaxOffered:
		o.bad.add("until", "these are more than %d times: offer them in several steps", study.MaxOffered)
	case made == 0 && len(o.Skipped) > 0:
		field, x := "from", o.Skipped[0]
		if x.Clock == o.rule.Windows[0].To {
			field = "to"
		}
		o.bad.add(field, "there is no %s on this day: the clocks are put forward over it", x.Clock)
	case made == 0:
		o.bad.add("to", "no appointment of %d minutes fits in before %s", int(o.rule.Length.Minutes()), o.rule.Windows[0].To)
	case begun == made:
		o.bad.add("from", "this time has passed")
	}
}

// readRule reads the rule in a form. It notes what cannot be read.
func readRule(in url.Values, length time.Duration, bad faults) study.Offering {
	o := study.Offering{Length: length}
	o.First = readDate(in, "date", bad)
	if o.Last = o.First; in.Get("until") != "" {
		o.Last = readDate(in, "until", bad)
	}
	for _, text := range in["weekday"] {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 6 {
			bad.add("weekday", "choose days of the week")
		}
		o.Weekdays = append(o.Weekdays, time.Weekday(n))
	}
	o.Windows = []study.Window{{From: readClock(in, "from", bad), To: readClock(in, "to", bad)}}
	if in.Get("from2")+in.Get("to2") != "" {
		o.Windows = append(o.Windows, study.Window{From: readClock(in, "from2", bad), To: readClock(in, "to2", bad)})
	}
	for _, name := range strings.Split(in.Get("station"), ",") {
		name = strings.TrimSpace(name)
		if !page.Storable(name) {
			bad.add("station", "name the place in 1 to 40 characters")
		}
		o.Stations = append(o.Stations, name)
	}
	o.Gap = time.Duration(readCount(in, "gap", bad)) * time.Minute
	o.MostADay = readCount(in, "most", bad)
	for _, text := range strings.FieldsFunc(in.Get("without"), func(c rune) bool { return c == ',' || c == ' ' || c == '\n' || c == '\r' || c == ';' }) {
		d, err := study.ParseDate(text)
		if err != nil {
			bad.add("without", "%s", study.Sentence(err))
		}
		o.LeftOut = append(o.LeftOut, d)
	}
	return o
}

func readDate(in url.Values, field string, bad faults) study.Date {
	d, err := study.ParseDate(in.Get(field))
	if err != nil {
		bad.add(field, "this is not a date: write it as in 2026-03-31")
	}
	return d
}

func readClock(in url.Values, field string, bad faults) study.Clock {
	c, err := study.ParseClock(in.Get(field))
	if err != nil {
		bad.add(field, "this is not a time: write it as in 14:30")
	}
	return c
}

// readCount reads a number that may be left out.
func readCount(in url.Values, field string, bad faults) int {
	text := strings.TrimSpace(in.Get(field))
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 100000 {
		bad.add(field, "this is not a number of one or more")
	}
	return n
}

// previewOf shows what a form would put on offer, and leaves out.
func (s *Server) previewOf(o offer, in url.Values) *view.OfferPreview {
	v := &view.OfferPreview{Count: len(o.Free)}
	for _, field := range offerFields {
		for _, value := range in[field] {
			v.Fields = append(v.Fields, view.Hidden{Name: field, Value: value})
		}
	}
	v.Fields = append(v.Fields, view.Hidden{Name: "seen", Value: mark(o.Free)})
	for _, d := range s.Days(catalogue.English, o.Free, nil) {
		day := view.OfferDay{Name: d.Name, Zone: d.Zone}
		for _, slot := range d.Slots {
			if n := len(day.Times); n > 0 && day.Times[n-1].Time == slot.Time {
				day.Times[n-1].Stations += ", " + slot.Station
				continue
			}
			day.Times = append(day.Times, view.OfferTime{Time: slot.Time, Stations: slot.Station})
		}
		v.Days = append(v.Days, day)
	}
	for _, x := range []struct {
		why study.Obstacle
		say string
	}{
		{study.Occupied, "another time is on offer then at the same station"},
		{study.Crowded, "only " + study.Count(s.Machines, "machine") + " can run at the same time"},
		{study.Begun, "they have passed"},
	} {
		if all := o.Blocked[x.why]; len(all) > 0 {
			v.Without = append(v.Without, fmt.Sprintf("%s, because %s: %s", study.Count(len(all), "time"), x.say, s.someOf(all)))
		}
	}
	for _, x := range o.Skipped {
		v.Without = append(v.Without, fmt.Sprintf("%s: there is no %s on this day, because the clocks are put forward over it", page.DayName(x.Date.Start(s.Now().Location())), x.Clock))
	}
	return v
}

const namedTimes = 6 // of those that are left out

// someOf names the first of some times.
func (s *Server) someOf(all []study.Slot) string {
	var names []string
	for _, x := range all[:min(len(all), namedTimes)] {
		names = append(names, s.timeAndStation(x))
	}
	if n := len(all) - namedTimes; n > 0 {
		names = append(names, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(names, "; ")
}

// weekdays are the days of the week as the form offers them, Monday first.
func weekdays(chosen []string) (all []view.Weekday) {
	for i := range 7 {
		d := time.Weekday((i + 1) % 7)
		value := strconv.Itoa(int(d))
		all = append(all, view.Weekday{Value: value, Name: d.String()[:3], Spoken: d.String(), Chosen: slices.Contains(chosen, value)})
	}
	return all
}
