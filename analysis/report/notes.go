package report

import (
	"cmp"
	"slices"
	"strings"
)

// A Note is what an experimenter wrote about a moment of a trial that counts.
type Note struct {
	Participant string  // code
	Condition   string  // its code
	Second      float64 // of the task, from its first picture
	Tags        []string
	Text        string
}

// untagged stands for the tag of a note that has none.
const untagged = "(no tag)"

// Notes shows what experimenters noticed, beside the numbers: how often each tag was given in each condition, and the quotes.
func Notes(d Data) Section {
	s := Section{ID: "notes", Title: "What experimenters noticed"}
	if len(d.Notes) == 0 {
		return s
	}
	s.Lead = []string{"Notes that experimenters wrote about moments of trials that count, while they watched or at a replay. Participants did not read them."}
	s.Tables = []Table{tagged(d), quotes(d)}
	s.Notes = []string{
		"A tag is counted once for each note. How often something was noted depends on how closely somebody looked: it is no measure of how often it happened, and no test is made of it.",
		"Notes on practice, on trials that do not count, and on times between trials are in the file of notes only.",
	}
	return s
}

// tagsOf returns the tags of a note; one that says so if there is none.
func (n Note) tagsOf() []string {
	if len(n.Tags) == 0 {
		return []string{untagged}
	}
	return n.Tags
}

// tagged counts notes and people by tag and condition.
func tagged(d Data) Table {
	type place struct{ tag, condition string }
	notes, people, total := map[place]int{}, map[place]map[string]bool{}, map[string]int{}
	for _, n := range d.Notes {
		for _, tag := range n.tagsOf() {
			at := place{tag, n.Condition}
			if people[at] == nil {
				people[at] = map[string]bool{}
			}
			notes[at]++
			total[tag]++
			people[at][n.Participant] = true
		}
	}
	t := Table{ID: "noted-tags", Title: "How often each tag was given", Open: true, Columns: slices.Concat(texts("Tag", "Condition"), numbers("Notes", "Participants"))}
	var tags []string
	for tag := range total {
		tags = append(tags, tag)
	}
	slices.SortFunc(tags, func(a, b string) int { return cmp.Or(total[b]-total[a], cmp.Compare(a, b)) })
	for _, tag := range tags {
		for _, c := range d.Design.Conditions() {
			at := place{tag, c.Code()}
			if notes[at] > 0 {
				t.Rows = append(t.Rows, []Cell{text(tag), text(c.Code()), count(notes[at]), count(len(people[at]))})
			}
		}
	}
	return t
}

// quotes are the notes themselves, by condition and participant.
func quotes(d Data) Table {
	t := Table{ID: "noted-quotes", Title: "The notes", Open: true, Columns: slices.Concat(texts("Condition", "Participant"), numbers("Second"), texts("Tags", "Note"))}
	for _, c := range d.Design.Conditions() {
		for _, n := range d.Notes {
			if n.Condition == c.Code() {
				t.Rows = append(t.Rows, []Cell{text(n.Condition), text(n.Participant), number(n.Second, 0), text(strings.Join(n.Tags, " ")), text(n.Text)})
			}
		}
	}
	return t
}
