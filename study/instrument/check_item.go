package instrument

import "slices"

// A part is a group of an item's fields which only some kinds of items have.
type part struct {
	name string // of the field
	is   func(Item) bool
}

var parts = []part{
	{"options", func(it Item) bool { return len(it.Options) > 0 }},
	{"shuffled", func(it Item) bool { return it.Shuffled }},
	{"from", func(it Item) bool { return it.From != 0 }},
	{"to", func(it Item) bool { return it.To != 0 }},
	{"step", func(it Item) bool { return it.Step != 0 }},
	{"low", func(it Item) bool { return !it.Low.Empty() }},
	{"high", func(it Item) bool { return !it.High.Empty() }},
	{"unnumbered", func(it Item) bool { return it.Unnumbered }},
	{"unit", func(it Item) bool { return !it.Unit.Empty() }},
	{"least", func(it Item) bool { return it.Least != 0 }},
	{"most", func(it Item) bool { return it.Most != 0 }},
	{"limit", func(it Item) bool { return it.Limit != 0 }},
	{"rows", func(it Item) bool { return len(it.Rows) > 0 }},
}

// uses lists the parts that each kind may have.
var uses = map[Kind][]string{
	Scale:     {"options", "from", "to", "step", "low", "high", "unnumbered"},
	Ticks:     {"from", "to", "step", "low", "high"},
	Analogue:  {"options", "from", "to", "step", "low", "high", "unnumbered"},
	Choice:    {"options", "shuffled"},
	Choices:   {"options", "shuffled", "least", "most"},
	Number:    {"from", "to", "step", "unit"},
	ShortText: {"limit"},
	Text:      {"limit"},
	Matrix:    {"options", "from", "to", "step", "low", "high", "unnumbered", "rows", "shuffled"},
}

func (c *checker) item(at string, it Item) {
	c.wording(at+".title", it.Title, false)
	c.wording(at+".text", it.Text, true)
	c.wording(at+".help", it.Help, false)
	c.wording(at+".low", it.Low, false)
	c.wording(at+".high", it.High, false)
	c.wording(at+".unit", it.Unit, false)
	used, known := uses[it.Kind]
	if !known {
		c.fault(at+".kind", "%q is no kind of item", shortened(string(it.Kind)))
		return
	}
	for _, p := range parts {
		if p.is(it) && !slices.Contains(used, p.name) {
			c.fault(at+"."+p.name, "an item of kind %s has no such thing", it.Kind)
		}
	}
	switch it.Kind {
	case Choice, Choices:
		c.choice(at, it)
	case Scale, Ticks, Matrix:
		c.points(at, it)
	case Analogue:
		c.analogue(at, it)
	case Number:
		c.number(at, it)
	case ShortText, Text:
		if it.Limit < 1 || it.Limit > MaxLimit {
			c.fault(at+".limit", "a limit of 1 to %d characters is needed", MaxLimit)
		}
	}
	if it.Kind == Matrix {
		c.rows(at, it)
	}
}

// choice checks the options of a Choice or Choices.
func (c *checker) choice(at string, it Item) {
	if len(it.Options) < 2 {
		c.fault(at+".options", "at least two options are needed")
	}
	seen, together := map[string]bool{}, 0
	for i, o := range it.Options {
		at := inList(at+".options", i)
		switch {
		case !isValue(o.Value):
			c.fault(at+".value", "%q cannot be stored as an answer: write lower-case letters, digits and underscores, at most 39", shortened(o.Value))
		case seen[o.Value]:
			c.fault(at+".value", "another option has the value %q already", o.Value)
		case o.Value == Withheld && it.Declining:
			c.fault(at+".value", "%q means that a person prefers not to answer, which this item offers in any case", o.Value)
		}
		seen[o.Value] = true
		c.wording(at+".label", o.Label, true)
		if o.Exclusive && it.Kind == Choice {
			c.fault(at+".exclusive", "only one option of a choice can be chosen in any case")
		}
		if !o.Exclusive {
			together++
		}
	}
	if it.Kind != Choices {
		return
	}
	if it.Least < 0 || it.Least > together {
		c.fault(at+".least", "from 0 to %d options can be asked for", together)
	}
	if it.Most < 0 || it.Most > together || it.Most > 0 && it.Most < it.Least {
		c.fault(at+".most", "from %d to %d options can be allowed, or 0 for as many as there are", max(it.Least, 1), together)
	}
}

// points checks the points of a Scale, Ticks or Matrix.
func (c *checker) points(at string, it Item) {
	most := maxPoints
	if it.Kind == Ticks {
		most = maxTicks
	}
	if len(it.Options) > 0 && it.Kind != Ticks {
		c.labelled(at, it, most)
		return
	}
	c.ends(at, it)
	if c.line(at, it) && it.steps() >= int64(most) {
		c.fault(at+".to", "from %s to %s by %s are %d points: at most %d are possible", it.From, it.To, it.step(), it.steps()+1, most)
	}
}

// labelled checks points of which each has a label.
func (c *checker) labelled(at string, it Item, most int) {
	for _, p := range parts[2:7] {
		if p.is(it) {
			c.fault(at+"."+p.name, "points that have a label each say this already")
		}
	}
	if len(it.Options) < 2 || len(it.Options) > most {
		c.fault(at+".options", "a scale has 2 to %d points", most)
	}
	c.marks(at, it)
}

// marks checks that options are numbers, and rise.
func (c *checker) marks(at string, it Item) {
	before := -MaxDecimal - 1
	for i, o := range it.Options {
		at := inList(at+".options", i)
		v, ok := ParseDecimal(o.Value)
		switch {
		case !ok || v.String() != o.Value:
			c.fault(at+".value", "%q is no number", shortened(o.Value))
		case v <= before:
			c.fault(at+".value", "the numbers of points must rise, and %s comes after %s", v, before)
		default:
			before = v
		}
		c.wording(at+".label", o.Label, true)
		if o.Exclusive {
			c.fault(at+".exclusive", "an item of kind %s has no such thing", it.Kind)
		}
	}
}

// ends checks that there is a label at each end, on the item or on each row.
func (c *checker) ends(at string, it Item) {
	rows := it.Kind == Matrix && !slices.ContainsFunc(it.Rows, func(r Row) bool { return r.Low.Empty() })
	if it.Low.Empty() && !rows {
		c.fault(at+".low", "a label is needed at the lower end")
	}
	if it.High.Empty() && !rows {
		c.fault(at+".high", "a label is needed at the upper end")
	}
}

// line reports whether from, to and step make a line.
func (c *checker) line(at string, it Item) bool {
	switch {
	case it.Step < 0 || it.Step > MaxDecimal:
		c.fault(at+".step", "the step must be more than 0, and at most %s", MaxDecimal)
		return false
	case it.From < -MaxDecimal || it.To > MaxDecimal || it.From >= it.To:
		c.fault(at+".to", "this must be more than %s, where the line begins, and at most %s", it.From, MaxDecimal)
		return false
	case it.step() > 0 && (it.To-it.From)%it.step() != 0:
		c.fault(at+".step", "steps of %s do not lead from %s to %s", it.step(), it.From, it.To)
		return false
	}
	return true
}

func (c *checker) analogue(at string, it Item) {
	if len(it.Options) == 0 {
		c.ends(at, it)
	}
	c.marks(at, it)
	if !c.line(at, it) {
		return
	}
	if it.steps() > maxSteps {
		c.fault(at+".step", "from %s to %s by %s are %d steps: at most %d are possible", it.From, it.To, it.step(), it.steps(), maxSteps)
	}
	for i, o := range it.Options {
		if v, ok := ParseDecimal(o.Value); ok && (v < it.From || v > it.To) {
			c.fault(inList(at+".options", i)+".value", "%s does not lie between %s and %s", v, it.From, it.To)
		}
	}
}

func (c *checker) number(at string, it Item) {
	if it.From != 0 || it.To != 0 {
		c.line(at, it)
	} else if it.Step < 0 || it.Step > MaxDecimal {
		c.fault(at+".step", "the step must be more than 0, and at most %s", MaxDecimal)
	}
}

func (c *checker) rows(at string, it Item) {
	if len(it.Rows) == 0 {
		c.fault(at+".rows", "at least one row is needed")
	}
	for i, r := range it.Rows {
		at := inList(at+".rows", i)
		c.wording(at+".title", r.Title, false)
		c.wording(at+".text", r.Text, r.Low.Empty() && r.High.Empty())
		c.wording(at+".low", r.Low, !r.High.Empty())
		c.wording(at+".high", r.High, !r.Low.Empty())
		if !r.Low.Empty() && len(it.Options) > 0 {
			c.fault(at+".low", "points that have a label each say this already")
		}
	}
}
