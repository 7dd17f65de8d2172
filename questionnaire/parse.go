package questionnaire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// instrumentFile is an instrument as written in YAML.
type instrumentFile struct {
	ID       string        `yaml:"id"`
	Version  int           `yaml:"version"`
	Title    string        `yaml:"title"`
	Intro    string        `yaml:"intro"`
	Source   string        `yaml:"source"`
	Items    []itemFile    `yaml:"items"`
	Measures []measureFile `yaml:"measures"`
}

type itemFile struct {
	ID       string       `yaml:"id"`
	Title    string       `yaml:"title"`
	Text     string       `yaml:"text"`
	Help     string       `yaml:"help"`
	Kind     Kind         `yaml:"kind"`
	Options  []optionFile `yaml:"options"` // for a choice
	From     int          `yaml:"from"`    // for a scale or ticks: the value of the first point
	To       int          `yaml:"to"`      // the value of the last point
	Step     int          `yaml:"step"`    // the difference between neighbouring points; 0 means 1
	Low      string       `yaml:"low"`
	High     string       `yaml:"high"`
	Limit    int          `yaml:"limit"` // for a text
	Optional bool         `yaml:"optional"`
}

type optionFile struct {
	Value string `yaml:"value"`
	Label string `yaml:"label"`
}

type measureFile struct {
	ID      string   `yaml:"id"`
	Meaning string   `yaml:"meaning"`
	Unit    string   `yaml:"unit"`
	Mean    []string `yaml:"mean"`
}

// maxPoints is the most points that a scale or a line of ticks may have: more than a person
// can tell apart, and few enough to show.
const maxPoints = 101

// Parse reads one instrument from YAML. Unknown fields, a second document and every
// inconsistency (an item without text, a measure of an unknown item) are errors.
func Parse(data []byte) (Instrument, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var f instrumentFile
	if err := dec.Decode(&f); err != nil {
		return Instrument{}, fmt.Errorf("reading an instrument: %w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Instrument{}, fmt.Errorf("instrument %q: more than one document in its file", f.ID)
	}
	in, err := f.instrument()
	if err != nil {
		return Instrument{}, fmt.Errorf("instrument %q: %w", f.ID, err)
	}
	return in, nil
}

func (f instrumentFile) instrument() (Instrument, error) {
	in := Instrument{ID: f.ID, Version: f.Version, Title: f.Title, Intro: f.Intro, Source: f.Source}
	switch {
	case !isName(f.ID):
		return in, errors.New("the id must be lower case letters, digits and underscores")
	case f.Version < 1:
		return in, fmt.Errorf("version %d: versions count from 1", f.Version)
	case f.Title == "" || f.Source == "" || len(f.Items) == 0:
		return in, errors.New("title, source and items are needed")
	}
	for _, fi := range f.Items {
		it, err := fi.item()
		if err != nil {
			return in, fmt.Errorf("item %q: %w", fi.ID, err)
		}
		if _, twice := in.item(it.ID); twice {
			return in, fmt.Errorf("item %q: appears twice", it.ID)
		}
		in.Items = append(in.Items, it)
	}
	for _, fm := range f.Measures {
		if err := in.addMeasure(fm); err != nil {
			return in, fmt.Errorf("measure %q: %w", fm.ID, err)
		}
	}
	return in, nil
}

func (f itemFile) item() (Item, error) {
	it := Item{
		ID: f.ID, Title: f.Title, Text: f.Text, Help: f.Help, Kind: f.Kind,
		Low: f.Low, High: f.High, Limit: f.Limit, Optional: f.Optional,
	}
	if !isName(f.ID) {
		return it, errors.New("the id must be lower case letters, digits and underscores")
	}
	if f.Title == "" || f.Text == "" {
		return it, errors.New("title and text are needed")
	}
	if err := f.checkFields(); err != nil {
		return it, err
	}
	switch f.Kind {
	case Choice:
		for _, o := range f.Options {
			if !isName(o.Value) || o.Label == "" || it.offers(o.Value) {
				return it, fmt.Errorf("option %q: needs a label and a value of its own", o.Value)
			}
			it.Options = append(it.Options, Option{Value: o.Value, Label: o.Label, Spoken: o.Label})
		}
	case Scale, Ticks:
		it.Options = f.points()
	}
	return it, nil
}

// checkFields returns an error if f lacks a field that its kind needs, or has one that its kind forbids.
func (f itemFile) checkFields() error {
	lined := f.From != 0 || f.To != 0 || f.Step != 0 || f.Low != "" || f.High != ""
	switch f.Kind {
	case Choice:
		if len(f.Options) < 2 || lined || f.Limit != 0 {
			return errors.New("a choice has two or more options, and neither points nor a limit")
		}
	case Scale, Ticks:
		if len(f.Options) != 0 || f.Limit != 0 || f.Low == "" || f.High == "" {
			return errors.New("a scale has labels at both ends, and neither options nor a limit")
		}
		step := max(f.Step, 1)
		// From and To are bounded first, so that the subtraction cannot overflow.
		if f.Step < 0 || f.From < -1000 || f.To > 1000 || f.To <= f.From || f.Step > 1000 ||
			(f.To-f.From)%step != 0 || (f.To-f.From)/step >= maxPoints {
			return fmt.Errorf("from %d to %d by %d is not a scale of 2 to %d points within ±1000", f.From, f.To, step, maxPoints)
		}
	case Text:
		if len(f.Options) != 0 || lined || f.Limit < 1 {
			return errors.New("a text has a limit, and neither options nor points")
		}
	default:
		return fmt.Errorf("kind %q: want choice, scale, ticks or text", f.Kind)
	}
	return nil
}

// points returns the options of a scale or of a line of ticks.
func (f itemFile) points() []Option {
	step := max(f.Step, 1)
	count := (f.To-f.From)/step + 1
	points := make([]Option, count)
	for i := range points {
		value := strconv.Itoa(f.From + i*step)
		o := Option{Value: value, Label: value, Spoken: value}
		if f.Kind == Ticks {
			// A screen reader says the position, not the value: people who see the line see
			// no numbers either, but can count the marks.
			o.Label, o.Spoken = "", fmt.Sprintf("mark %d of %d", i+1, count)
		}
		switch i {
		case 0:
			o.Spoken += ", " + f.Low
		case count - 1:
			o.Spoken += ", " + f.High
		}
		points[i] = o
	}
	return points
}

func (in *Instrument) addMeasure(f measureFile) error {
	if !isName(f.ID) || f.Meaning == "" || f.Unit == "" || len(f.Mean) == 0 {
		return errors.New("id, meaning, unit and items are needed")
	}
	for _, m := range in.Measures {
		if m.ID == f.ID {
			return errors.New("appears twice")
		}
	}
	seen := map[string]bool{}
	for _, id := range f.Mean {
		it, ok := in.item(id)
		if !ok || seen[id] || (it.Kind != Scale && it.Kind != Ticks) {
			return fmt.Errorf("item %q: want each scale or ticks item of this instrument at most once", id)
		}
		seen[id] = true
	}
	in.Measures = append(in.Measures, Measure{ID: f.ID, Meaning: f.Meaning, Unit: f.Unit, Items: f.Mean})
	return nil
}

// isName reports whether s can be an identifier in forms, columns and file names.
func isName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 40
}
