package study

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// Guest is an appliance as it was installed when a version was published. Of two appliances with the same name only the content tells which is meant.
type Guest struct {
	Appliance string // its name
	Content   string // identity of its disk, memory and device state: SHA-256 in hexadecimal
	// Traces are the rehearsals by which streams of it foretell what will be touched, by name; none in a study that streams nothing.
	Traces []TraceFile
}

// TraceFile is a file with the order in which a run of an appliance touched its chunks.
type TraceFile struct {
	Name   string
	SHA256 string // of the file, in hexadecimal
}

// Repertoire names the rehearsals by which streams foretell what will be touched: the first 16 hexadecimal digits of the SHA-256
// of their names and hashes, in any order. It is empty if there are none.
func Repertoire(traces []TraceFile) string {
	if len(traces) == 0 {
		return ""
	}
	var lines []string
	for _, t := range traces {
		lines = append(lines, t.Name+"\t"+t.SHA256+"\n")
	}
	slices.Sort(lines)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, ""))))[:16]
}

// Guest returns what the appliance of a name was when the design was published. It is the zero Guest if the design does not say.
func (d Design) Guest(appliance string) Guest {
	if i := slices.IndexFunc(d.Guests, func(m Guest) bool { return m.Appliance == appliance }); i >= 0 {
		return d.Guests[i]
	}
	return Guest{}
}

// Installed is an appliance that is there now, with the tasks that come with it.
type Installed struct {
	Guest
	Tasks []Task
}

// Frozen returns the draft d as it is published: with the machines that its trials need, and with the texts and goals of tasks that d
// leaves to their appliances.
func (d Design) Frozen(installed []Installed) Design {
	d = d.apart()
	d.Guests = nil
	streams := slices.ContainsFunc(d.Methods, func(a Access) bool { return a.Method == Stream })
	for _, name := range d.Appliances() {
		i := slices.IndexFunc(installed, func(m Installed) bool { return m.Appliance == name })
		if i < 0 {
			continue
		}
		m := installed[i].Guest
		if !streams {
			m.Traces = nil
		}
		d.Guests = append(d.Guests, m)
	}
	speaks := d.Speaks(English)
	d.eachCopy(installed, func(_ string, own *Task, from Task) { own.complete(from, speaks) })
	return d.Settled()
}

// complete gives the task what it lacks of its appliance's. The texts of appliances are in English, and only a study that speaks it takes them.
func (t *Task) complete(from Task, english bool) {
	t.Goal = cmp.Or(t.Goal, from.Goal)
	for _, text := range []struct {
		into *Wording
		from Wording
	}{{&t.Title, from.Title}, {&t.Instruction, from.Instruction}} {
		if text.into.Empty() && english {
			*text.into = text.into.With(English, text.from.In(English))
		}
	}
}

// Thawed returns the design as a draft: without machines, which a design gets when it is published.
func (d Design) Thawed() Design {
	d.Guests = nil
	return d
}

func (d Design) checkGuests(f faults) {
	f.unless(len(d.Guests) <= MaxLevels, "guests", "%d machines are more than %d", len(d.Guests), MaxLevels)
	for i, m := range d.Guests {
		f := f.within(item("guests", i))
		f.unless(slices.Contains(d.Appliances(), m.Appliance), "appliance", "no task needs appliance %q", m.Appliance)
		f.unless(m.Content != "", "content", "the content of appliance %s is needed", m.Appliance)
	}
}
