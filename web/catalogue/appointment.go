package catalogue

import "vmstudy/study"

// Reason says why an appointment was moved or cancelled.
func (t Tongue) Reason(r study.BookingReason) string {
	switch r {
	case study.ReasonIll:
		return t.Say("illness")
	case study.ReasonBusy:
		return t.Say("no time then")
	case study.ReasonTechnical:
		return t.Say("something technical")
	case study.ReasonAsked:
		return t.Say("you asked for it")
	case study.ReasonOther:
		return t.Say("another reason")
	}
	return t.Say("I would rather not say")
}

// Cancelled says which appointment was cancelled, and by whom. day and clock are when it would have begun.
func (t Tongue) Cancelled(b study.Booking, day, clock string) string {
	if b.By == 0 {
		return t.Say("You have cancelled your appointment on %s, %s.", day, clock)
	}
	// Participants do not read what an experimenter wrote, and an appointment that a ruling took back has no reason.
	if b.Reason == study.ReasonOther || b.Reason == study.ReasonUnsaid {
		return t.Say("The people who run the study have cancelled your appointment on %s, %s.", day, clock)
	}
	return t.Say("The people who run the study have cancelled your appointment on %s, %s: %s.", day, clock, t.Reason(b.Reason))
}
