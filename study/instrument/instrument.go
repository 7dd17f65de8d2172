package instrument

// A Kind says how an item is answered, and so how it is shown.
type Kind string

// The kinds of items.
const (
	Scale     Kind = "scale"      // one of 2 to 11 points, labelled at both ends or at every point
	Ticks     Kind = "ticks"      // one of many marks on a line whose ends have labels; no number is shown
	Analogue  Kind = "analogue"   // any place on a line (a visual analogue scale)
	Choice    Kind = "choice"     // one of some named options
	Choices   Kind = "choices"    // several of some named options
	Number    Kind = "number"     // a number that is typed
	ShortText Kind = "short_text" // a text of one line
	Text      Kind = "text"       // a text of several lines
	Matrix    Kind = "matrix"     // several rows that are answered on one scale
)

// Kinds returns all kinds of items.
func Kinds() []Kind {
	return []Kind{Scale, Ticks, Analogue, Choice, Choices, Number, ShortText, Text, Matrix}
}

// An Instrument is a questionnaire: items shown together on one page.
type Instrument struct {
	ID       string
	Version  int // from 1; raised with every change that a participant could notice
	Title    Wording
	Intro    Wording // shown above the items
	Source   string  // where it comes from, for the codebook; not shown to participants
	Shuffled bool    // each person meets the items in an order of their own
	Items    []Item
	Measures []Measure
}

// An Item is one question, or a matrix of them. Which fields an item may have depends on its kind.
type Item struct {
	ID    string  // unique in the instrument, with the rows of matrices
	Title Wording // a few words, for messages and column headings; if empty, Text stands for it
	Text  Wording // the question
	Help  Wording // a longer explanation
	Kind  Kind

	// Options are the possible answers of Choice and Choices. A Scale or Matrix with labels at every point has
	// an option for each, whose value is a number. Those of Analogue are marks beside the line.
	Options  []Option
	Shuffled bool // each person meets the options, or the rows of a matrix, in an order of their own

	From, To   Decimal // the numbers at the ends; of Number, the least and the greatest, or both 0 for any
	Step       Decimal // between neighbouring numbers; 0 is 1, but any number for Number
	Low, High  Wording // labels at the ends
	Unnumbered bool    // the points show no numbers
	Unit       Wording // of Number, such as "years"

	Least, Most int // of Choices: how many may be chosen; Most 0 is as many as there are
	Limit       int // of ShortText and Text: the longest answer in characters
	Rows        []Row

	Optional  bool   // may be left without an answer
	Declining bool   // offers "I prefer not to answer"
	ShownIf   []When // shown only if all of these hold
}

// An Option is one possible answer.
type Option struct {
	Value     string // what is stored
	Label     Wording
	Exclusive bool // of Choices: cannot be chosen together with others, such as "none of these"
}

// A Row is one question of a matrix.
type Row struct {
	ID        string
	Title     Wording // see Item
	Text      Wording // may be empty if the row has labels at its ends
	Low, High Wording // labels at the ends of this row
}

// Name returns what messages and tables call the item.
func (it Item) Name() Wording {
	if !it.Title.Empty() {
		return it.Title
	}
	return it.Text
}

// Questions returns what has an answer of its own: the items, and the rows of each matrix as items of kind Scale.
func (in Instrument) Questions() []Item {
	all := make([]Item, 0, len(in.Items))
	for _, it := range in.Items {
		all = append(all, it.questions()...)
	}
	return all
}

func (it Item) questions() []Item {
	if it.Kind != Matrix {
		return []Item{it}
	}
	var all []Item
	for _, r := range it.Rows {
		all = append(all, it.question(r))
	}
	return all
}

// question returns a row of a matrix as an item.
func (it Item) question(r Row) Item {
	q := it
	q.Kind, q.Rows, q.Help = Scale, nil, nil
	q.ID, q.Title, q.Text = r.ID, r.Title, r.Text
	if !r.Low.Empty() {
		q.Low, q.High = r.Low, r.High
	}
	if q.Text.Empty() {
		q.Text = between(q.Low, q.High)
	}
	return q
}

// Question returns the question with the given ID.
func (in Instrument) Question(id string) (Item, bool) {
	for _, it := range in.Items {
		if it.Kind != Matrix && it.ID == id {
			return it, true
		}
		for _, r := range it.Rows {
			if it.Kind == Matrix && r.ID == id {
				return it.question(r), true
			}
		}
	}
	return Item{}, false
}

// Numeric reports whether answers to the item are numbers.
func (it Item) Numeric() bool {
	return it.Kind == Scale || it.Kind == Ticks || it.Kind == Analogue || it.Kind == Number
}

// Written reports whether answers to the item are texts.
func (it Item) Written() bool { return it.Kind == ShortText || it.Kind == Text }

// Points returns the points of a Scale, of Ticks or of a Matrix, from the lowest. Their labels are what stands at
// the point: nothing, unless each has a label of its own or shows its number.
func (it Item) Points() []Option {
	if len(it.Options) > 0 {
		return it.Options
	}
	points := make([]Option, 0, it.steps()+1)
	for v := it.From; v <= it.To; v += it.step() {
		o := Option{Value: v.String()}
		if it.Kind != Ticks && !it.Unnumbered {
			o.Label = Plain(o.Value)
		}
		points = append(points, o)
	}
	return points
}

// Ends returns the least and the greatest number that can be the answer to a numeric item. If there are no such
// numbers, bounded is false.
func (it Item) Ends() (from, to Decimal, bounded bool) {
	from, to = it.From, it.To
	if n := len(it.Options); n > 0 && it.Kind != Analogue {
		from, _ = ParseDecimal(it.Options[0].Value)
		to, _ = ParseDecimal(it.Options[n-1].Value)
	}
	return from, to, from < to
}

// step returns the distance of neighbouring points. Items of kind Number may have none: 0.
func (it Item) step() Decimal {
	if it.Step == 0 && it.Kind != Number {
		return One
	}
	return it.Step
}

// steps returns how many steps lie between the ends of an item that has a step.
func (it Item) steps() int64 { return int64((it.To - it.From) / it.step()) }

// offers reports whether value is one of the item's options.
func (it Item) offers(value string) bool {
	_, ok := it.option(value)
	return ok
}

func (it Item) option(value string) (Option, bool) {
	for _, o := range it.Options {
		if o.Value == value {
			return o, true
		}
	}
	return Option{}, false
}

// isName reports whether s can name something in forms, columns, formulas and files.
func isName(s string) bool {
	for i, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9' || i == 0) && (r != '_' || i == 0) {
			return false
		}
	}
	return s != "" && len(s) <= 40
}

// isValue reports whether s can be the value of an option: a name that may begin with a digit.
func isValue(s string) bool { return isName("x"+s) && s != "" }
