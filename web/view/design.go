package view

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// DesignForm is the form of a study's design as it was typed.
type DesignForm struct {
	Study  Study // the zero Study for a new study
	Action string
	Saved  bool // whether the design has just been saved
	Failed bool // whether saving failed
	Typed  bool // whether it shows what was typed and is not saved
	Stale  bool // whether it was not saved because somebody else has changed the draft

	Revision string // of the draft that this form replaces; empty for a new study

	Fields
	Templates    []Choice // to begin a new study with
	Appliances   []ApplianceChoice
	Methods      []Choice
	Levels       []LevelRow // of the factor access method, besides those that are ticked
	Strategies   []Choice
	Own          []FactorRow // the study's own factors
	Groups       []GroupRow
	Networks     []NetworkRow
	Profiles     []ProfileChoice
	Mine         []ReusedNetwork // that the reader keeps apart from studies
	Reused       []ReusedNetwork // of other studies
	Kept         string          // the name of a network that is now among the reader's own
	KeepRefused  string          // why one could not be kept
	NoTraces     []string        // files that are not traces, each with the reason
	NoAppliances []string        // appliances that cannot be used, each with the reason
	Instruments  []InstrumentChoice
	Orders       []Choice
	Factors      []Choice // by which blocks can be cut
	BlockOrders  []Choice
	Records      []Choice
	Licences     []Choice

	Tongues   []Tongue    // in which texts are written; more than one shows a field for each
	Texts     []string    // the paths of the texts that have fields
	TaskWords []TaskWords // of the chosen tasks
	TaskForms []TaskForms // of the chosen tasks

	Rules    []RuleRow       // of the screening
	Compared []ComparisonRow // that are planned
	Search   SearchChoices   // of a search for the crossover
	Visits   []LevelRow      // the second and those after it, numbered so

	Images   []ImageRow // of the saved draft
	ImageSay string     // why one could not be taken

	Power Power // of the saved draft

	Preview Preview
}

// ComparisonRow is where a planned comparison stands in the form, and what can be chosen for it.
type ComparisonRow struct {
	Number   int
	At, Drop string
	Outcomes []Choice
	Factors  []Choice
	First    []LevelsOf
	Second   []LevelsOf
	Claims   []Choice
	Tests    []Choice
	Only     []Crossing
	Narrowed bool // it is about some conditions only
}

// LevelsOf has the levels of a factor.
type LevelsOf struct {
	Factor string
	Levels []Choice
}

// RuleRow is where a rule of the screening stands in the form.
type RuleRow struct {
	Number   int
	At, Drop string
	Is       string // the answers that are meant
}

// ImageRow is an image of a study.
type ImageRow struct{ Name, Path string }

// Tongue is a language of a study, for experimenters.
type Tongue struct {
	Tag, Name, Direction string
	Written              bool // texts whose fields name no language are in this one
	Extra                bool // some text has it, and the study does not
}

// TaskWords are the texts of a task in English, and the beginning of the names of the fields for other languages.
type TaskWords struct{ Field, Title, Instruction string }

// In returns the field of a text in a language, and its text.
func (f DesignForm) In(path string, t Tongue) (field, text string) {
	field = path + "." + t.Tag
	if len(f.Tongues) == 1 && f.Get(field) == "" {
		return path, f.Get(path)
	}
	if text = f.Get(field); text == "" && t.Written {
		text = f.Get(path)
	}
	return field, text
}

// Lacks reports whether a text is there in some language and not in t.
func (f DesignForm) Lacks(path string, t Tongue) bool {
	there := false
	for _, other := range f.Tongues {
		_, text := f.In(path, other)
		there = there || text != ""
	}
	_, text := f.In(path, t)
	return there && text == "" && !t.Extra
}

// SomeForms reports whether a task has parallel forms.
func (f DesignForm) SomeForms() bool {
	return slices.ContainsFunc(f.TaskForms, func(t TaskForms) bool { return len(t.Forms) > 0 })
}

// Some reports whether some levels are chosen.
func (f DesignForm) Some(factors []Crossing) bool {
	return slices.ContainsFunc(factors, func(x Crossing) bool { return f.Get(x.Field) != "" })
}

// Labelled returns the label of a field for a text in a language.
func (f DesignForm) Labelled(label string, t Tongue) string {
	if len(f.Tongues) == 1 {
		return label
	}
	return label + ", " + t.Name
}

// Missing counts the texts of the form that are not there in each language.
func (f DesignForm) Missing() (n int) {
	for _, t := range f.Tongues {
		for _, path := range f.Texts {
			if f.Lacks(path, t) {
				n++
			}
		}
		for _, w := range f.TaskWords {
			if len(f.Tongues) > 1 && t.Tag != "en" && !t.Extra && (f.Get(w.Field+"-title-"+t.Tag) == "" || w.Instruction != "" && f.Get(w.Field+"-instruction-"+t.Tag) == "") {
				n++
			}
		}
	}
	return n
}

// Choice is one of the options of a field.
type Choice struct {
	Value, Label, Meaning string
	Chosen                bool
}

// ApplianceChoice is an appliance that can be chosen, with its tasks.
type ApplianceChoice struct {
	Name, Title string
	Chosen      bool
	Tasks       []Choice
	Practice    string // title of the practice task; empty if there is none
}

// InstrumentChoice is an instrument and the places in the order that it can have.
type InstrumentChoice struct {
	Field, Element string // the name of the field, and the id of its element
	Title, Meaning string
	Places         []Choice
}

// Fields are the fields of a form as they were typed, and sentences about them. The name of a field is its path.
type Fields struct {
	Values url.Values
	Faults map[string]string
}

// Get returns what was typed into a field.
func (f Fields) Get(path string) string { return f.Values.Get(path) }

// Has reports whether a field has this value, which may be one of several.
func (f Fields) Has(path, value string) bool { return slices.Contains(f.Values[path], value) }

// Within returns the faults of fields whose path begins so, in the order of their paths.
func (f Fields) Within(begins string) (all []Fault) {
	for _, path := range slices.Sorted(maps.Keys(f.Faults)) {
		if strings.HasPrefix(path, begins) {
			all = append(all, Fault{path, f.Faults[path]})
		}
	}
	return all
}

// Exactly returns the fault of one field, if it has one.
func (f Fields) Exactly(path string) []Fault {
	if say := f.Faults[path]; say != "" {
		return []Fault{{path, say}}
	}
	return nil
}

// Apart returns the faults Within that stand beside no field: those of texts stand beside theirs.
func (f DesignForm) Apart(begins string) []Fault {
	return slices.DeleteFunc(f.Within(begins), func(fault Fault) bool {
		return slices.ContainsFunc(f.Tongues, func(t Tongue) bool {
			path := strings.TrimSuffix(fault.Field, "."+t.Tag)
			return slices.Contains(f.Texts, path) && !strings.HasSuffix(path, ".shown")
		})
	})
}

// Attributes returns the attributes of a field with its name, and those that say that it has a fault.
func (f Fields) Attributes(path string) templ.Attributes {
	a := templ.Attributes{"name": path}
	maps.Copy(a, invalid(path, f.Faults))
	return a
}

// ProfileChoice is a well-known network.
type ProfileChoice struct {
	Name, About, Setting string
	Values               string // of its fields, as JSON
}

// ReusedNetwork is a network of another study, which a new one can have the values of.
type ReusedNetwork struct {
	Label  string
	Values string // of its fields, as JSON
	Phased bool   // it has phases, whose rows only the server makes
}

// NetworkRow is where a network stands in the form.
type NetworkRow struct {
	Number     int    // counted from 1
	At         string // the path of its fields, such as networks[0]
	Phases     []PhaseRow
	More, Open bool // More: fields beyond the first row are filled in; Open: show them
	Traces     []string
	Drop, Keep string // values of the buttons
	AddPhase   string
}

// LevelRow is where a level of the factor access method stands in the form.
type LevelRow struct {
	Number int    // counted from 1
	At     string // the path of its fields, such as methods[0]
	Drop   string // value of the button that removes it
}

// FactorRow is where a factor of the study's own stands in the form.
type FactorRow struct {
	Number         int
	At             string // the path of its fields, such as factors[0]
	Levels         []LevelRow
	Only           []Crossing
	Drop, AddLevel string // values of the buttons
}

// Crossing has the levels of a factor of which some can be chosen. Without any, all are.
type Crossing struct {
	Title, Field string
	Levels       []Choice
}

// TaskForms is where the parallel forms of a task stand in the form of a design.
type TaskForms struct {
	Task, ID, Appliance string
	At                  string // the path of its fields, such as tasks[0]
	Forms               []LevelRow
	Add                 string // value of the button
}

// InsteadRow is where a group's own instruction of a task stands in the form.
type InsteadRow struct {
	Number   int
	At, Drop string
	Tasks    []Choice
}

// GroupRow is where a group of participants stands in the form.
type GroupRow struct {
	Number         int
	At             string // the path of its fields, such as groups[0]
	Drop           string // value of the button that removes it
	Meets          []Crossing
	Codes          string // of its participants
	Is             string // the answers by which people get into it
	Texts          bool   // it has texts of its own
	Instructions   []InsteadRow
	AddInstruction string // value of the button
}

// PhaseRow is where a phase of a network stands in the form.
type PhaseRow struct {
	At   string // the path of its fields
	Drop string // value of the button that removes it
}
