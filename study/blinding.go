package study

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"slices"
)

// A Blinding names conditions for somebody who is not to know yet which is which. The name of each level of an access method, a network, a group
// and a study's own factor becomes a code, such as method-3f09ac; tasks keep their names. What says more of a condition than its code is
// taken out: options and settings, what was measured of link, stream and screen, and texts that people wrote about a single case.
//
// A code depends on the key and the name alone. So it is the same on every page, in every file and in every version, and nobody can find the
// name from it who has not the key.
type Blinding struct{ Key []byte }

// Coded is the kind of an access method of which somebody is not to know more than that it passes a network.
const Coded AccessMethod = "coded"

// code returns the code of a level; that of no level is empty.
func (b Blinding) code(kind, name string) string {
	if name == "" {
		return ""
	}
	mac := hmac.New(sha256.New, b.Key)
	fmt.Fprintf(mac, "%s %q", kind, name)
	return kind + "-" + hex.EncodeToString(mac.Sum(nil)[:3])
}

func (b Blinding) codes(kind string, names []string) (all []string) {
	for _, name := range names {
		all = append(all, b.code(kind, name))
	}
	return all
}

func (b Blinding) method(a Access) Access {
	kind := Coded
	if !a.Method.Networked() {
		kind = a.Method // local stays visible: the crossed networks reveal it anyway
	}
	return Access{Name: b.code("method", a.Level()), Method: kind}
}

// network codes a network. NoNetwork stays what it is.
func (b Blinding) network(n NamedNetwork) NamedNetwork {
	if n.Name == NoNetwork.Name {
		return NoNetwork
	}
	return NamedNetwork{Name: b.code("network", n.Name)}
}

func (b Blinding) level(factor string, l FreeLevel) FreeLevel {
	if l.Name == NoLevel {
		return FreeLevel{Name: NoLevel}
	}
	return FreeLevel{Name: b.code(factor, l.Name)}
}

func taskByName(t Task) Task {
	t.Instruction, t.Goal = Wording{}, ""
	t.Forms = slices.Clone(t.Forms)
	for i := range t.Forms {
		t.Forms[i] = Form{Name: t.Forms[i].Name}
	}
	return t
}

// Condition returns a condition by its code. The zero Condition is that of no trial.
func (b Blinding) Condition(c Condition) Condition {
	if c.Task.ID == "" {
		return Condition{}
	}
	coded := Condition{Access: b.method(c.Access), Network: b.network(c.Network), Task: taskByName(c.Task), Form: c.Form}
	for _, l := range c.Levels {
		coded.Levels = append(coded.Levels, LevelOf{l.Factor, b.level(l.Factor, l.FreeLevel)})
	}
	return coded
}

func (b Blinding) crossing(x Crossing) Crossing {
	return Crossing{Methods: b.codes("method", x.Methods), Networks: b.codes("network", x.Networks), Tasks: x.Tasks}
}

// Design returns a design with codes. Levels are in the order of their codes, as that in which they were laid out tells something. Of the
// preregistration it has the number of participants only: comparisons name levels, and hypotheses tell which code is expected to do well.
func (b Blinding) Design(d Design) Design {
	coded := map[string]string{} // codes of conditions
	if len(d.LeaveOut)+len(d.First) > 0 && d.Countable() {
		for _, c := range d.Combinations() {
			coded[c.Code()] = b.Condition(c).Code()
		}
	}
	d = d.apart()
	d.Consent, d.Thanks, d.TurnedAway, d.Images, d.Guests = Wording{}, Wording{}, Wording{}, nil, nil
	d.Methods, d.Networks = slices.Clone(d.Methods), slices.Clone(d.Networks)
	for i, a := range d.Methods {
		d.Methods[i] = b.method(a)
	}
	for i, n := range d.Networks {
		d.Networks[i] = b.network(n)
	}
	for i, t := range d.Tasks {
		d.Tasks[i] = taskByName(t)
	}
	if d.Practice != nil {
		*d.Practice = taskByName(*d.Practice)
	}
	for i, x := range d.Factors {
		for j, l := range x.Levels {
			d.Factors[i].Levels[j] = b.level(x.Name, l)
		}
		d.Factors[i].Only = b.crossing(x.Only)
		slices.SortFunc(d.Factors[i].Levels, func(a, b FreeLevel) int { return cmp.Compare(a.Name, b.Name) })
	}
	for i, g := range d.Groups {
		d.Groups[i] = Group{Name: b.code("group", g.Name), Crossing: b.crossing(g.Crossing)}
	}
	slices.SortFunc(d.Methods, func(a, b Access) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(d.Networks, func(a, b NamedNetwork) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(d.Groups, func(a, b Group) int { return cmp.Compare(a.Name, b.Name) })
	d.Preregistration = Preregistration{Participants: d.Preregistration.Participants}
	if d.Searches() { // which method is the near one is not to be known
		d.Crossover = Crossover{Networks: b.codes("network", d.Crossover.Networks), Rating: d.Crossover.Rating, Pairs: d.Crossover.Pairs}
	}
	d.LeaveOut, d.First = renamed(d.LeaveOut, coded), renamed(d.First, coded)
	return d
}

// renamed returns new names in the order of these.
func renamed(names []string, to map[string]string) (all []string) {
	for _, name := range names {
		if other, known := to[name]; known {
			all = append(all, other)
		}
	}
	slices.Sort(all)
	return all
}

// Version returns a version with codes, and without its text.
func (b Blinding) Version(v Version) Version {
	v.Text, v.Revision, v.Design = "", "", b.Design(v.Design)
	return v
}

// Participant returns a participant with the code of the group that they were put into.
func (b Blinding) Participant(p Participant) Participant {
	p.Put = b.code("group", p.Put)
	return p
}

// Session returns a session with codes. Of its attempts there is what a participant did and when. Its sequence has no number, from which everybody
// who knows the design could read which code is which.
func (b Blinding) Session(s Session) Session {
	s.Version, s.Participant, s.PutThen = b.Version(s.Version), b.Participant(s.Participant), b.code("group", s.PutThen)
	s.Assignment.Place, s.Assignment.Ruling.Why = Place{Group: b.code("group", s.Assignment.Place.Group)}, ""
	s.Trials = slices.Clone(s.Trials)
	for i := range s.Trials {
		t := &s.Trials[i]
		t.Condition, t.Ruling.Why, t.Why = b.Condition(t.Condition), "", ""
		t.Attempts = slices.Clone(t.Attempts)
		for j, a := range t.Attempts {
			t.Attempts[j] = Attempt{
				ID: a.ID, Trial: a.Trial, Number: a.Number, State: a.State, Outcome: a.Outcome, AskedAt: a.AskedAt, StartedAt: a.StartedAt, EndedAt: a.EndedAt,
				Desktop: DesktopReport{Accelerator: a.Desktop.Accelerator, Unseen: a.Desktop.Unseen},
			}
		}
	}
	return s
}

// Interaction returns an interaction with what its participant met: when the answer was drawn, and not what happened on the way.
func (b Blinding) Interaction(i Interaction) Interaction {
	i.Machine, i.Delivery, i.Delayed, i.Bytes, i.Area, i.Rect, i.Arrived, i.Sent = 0, "", 0, 0, 0, image.Rectangle{}, 0, 0
	return i
}

// telling are events that only some conditions have.
var telling = []EventKind{ScreenLost, ScreenBack, SlowShown, MachinePaused, MachineResumed, MachineWaited, MachineWarned, NetworkMade, NetworkChanged, NoteSent, NoteShown, EndedBy, Extended, TextTyped, TextCopied, MoveBegan, MoveResumed, MoveFailed, MoveComplete, MovedBy}

// Event returns an event without its details, and whether it may be known at all.
func (b Blinding) Event(e Event) (Event, bool) {
	e.Detail = ""
	return e, !slices.Contains(telling, e.Kind)
}
