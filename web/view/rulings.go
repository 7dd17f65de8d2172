package view

// Standing says whether a participant takes part, with the forms that change it.
type Standing struct {
	Action string
	State  string // of study.PlaceState
	Say    string // the state in a sentence
	Ruled  string // who ruled when; empty if nobody did
	Why    string // the reason of the ruling

	Moves   []Choice // what an experimenter may make of the participant
	Grounds []Choice
	Ground  string // as chosen
	Reason  string // as typed
	Fault   string // why it could not be done
	OnTrial int64  // the trial that the attempt was about; 0 if it was about the participant
}

// CountedTrial is a trial that an experimenter may exclude.
type CountedTrial struct {
	ID                  int64
	Action              string
	Position, Condition string
	Excluded            bool
	Ruled, Why          string // as in Standing

	Grounds               []Choice
	Ground, Reason, Fault string // as in Standing
}

// Try puts what was chosen and typed in a form that was refused back into that form.
func (v *Session) Try(t Standing) {
	if t.OnTrial == 0 {
		v.Standing.Ground, v.Standing.Reason, v.Standing.Fault = t.Ground, t.Reason, t.Fault
		return
	}
	for i := range v.Counted {
		if c := &v.Counted[i]; c.ID == t.OnTrial {
			c.Ground, c.Reason, c.Fault = t.Ground, t.Reason, t.Fault
		}
	}
}
