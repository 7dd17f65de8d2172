package web

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"vmstudy/questionnaire"
	"vmstudy/study"
)

// The form of a design is a set of fields: designFields converts a design to fields, and readDesign
// converts them back. A page is always made from fields, so that it shows again what was typed,
// even if readDesign cannot read that.

// aboutPerson is the instrument about the person, which a session asks once.
const aboutPerson = "about"

// faults are sentences about fields, by the name of the field. The key of the i-th network is
// networkFault(i); the key of the whole design is "".
type faults map[string]string

func networkFault(row int) string { return fmt.Sprintf("net-%d", row) }

// networks reports whether any network has a fault. Then the fields do not say what its network is.
func (f faults) networks() bool {
	for field := range f {
		if strings.HasPrefix(field, "net-") {
			return true
		}
	}
	return false
}

// add adds a sentence about a field, unless the field has one already.
func (f faults) add(field, say string, args ...any) {
	if f[field] == "" {
		f[field] = sentence(fmt.Sprintf(say, args...))
	}
}

// designFields converts d to form fields.
func designFields(d study.Design) url.Values {
	in := url.Values{}
	in.Set("title", d.Title)
	in.Set("consent", d.Consent)
	in.Set("thanks", d.Thanks)
	in.Set("appliance", d.Appliance)
	in.Set("order", string(d.Order))
	in.Set("seed", strconv.FormatUint(d.Seed, 10))
	in.Set("limit", decimal(d.TrialLimit.Seconds()))
	in.Set("pause", strconv.Itoa(d.PauseEvery))
	in.Set("setup", decimal(d.SetUp.Minutes()))
	for _, m := range d.Methods {
		in.Add("method", string(m))
	}
	for _, s := range d.Strategies {
		in.Add("strategy", string(s))
	}
	for _, t := range d.Tasks {
		in.Add("task", taskField(d.Appliance, t.ID))
	}
	for i, id := range d.Instruments {
		in.Set("ask-"+id, strconv.Itoa(i+1))
	}
	in.Set("record", string(d.Record))
	if d.RecordKeys {
		in.Set("record-keys", "yes")
	}
	if d.Warm {
		in.Set("cache", "warm")
	}
	if d.Clipboard {
		in.Set("clipboard", "open")
	}
	if d.About != "" {
		in.Set("about", d.About)
	}
	if d.Practice != nil {
		in.Set("practice", "yes")
	}
	for _, n := range d.Networks {
		addNetworkFields(in, n)
	}
	return in
}

// taskField returns the form's value for a task. It names the appliance, too, because the form
// shows the tasks of all appliances.
func taskField(appliance string, t study.TaskID) string { return appliance + "/" + string(t) }

// decimal writes x with at most 12 digits: enough to read x back, without rounding errors such as
// 0.30000000000000004.
func decimal(x float64) string { return strconv.FormatFloat(x, 'g', 12, 64) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// readDesign converts form fields to a design. A field that it cannot read stays zero and has a
// sentence in the faults. checkDesign then finds out whether the design is valid.
func readDesign(in url.Values, appliances []Appliance) (study.Design, faults) {
	bad := faults{}
	d := study.Design{
		Title:       strings.TrimSpace(readText(in, "title", bad)),
		Consent:     readText(in, "consent", bad),
		Thanks:      readText(in, "thanks", bad),
		Order:       study.Order(in.Get("order")),
		Seed:        readSeed(in, bad),
		TrialLimit:  readDuration(in.Get("limit"), time.Second, "limit", bad),
		PauseEvery:  int(readWhole(in.Get("pause"), "pause", bad)),
		SetUp:       readDuration(in.Get("setup"), time.Minute, "setup", bad),
		Networks:    readNetworks(in, bad),
		Instruments: readInstruments(in),
		Record:      study.RecordPolicy(in.Get("record")),
	}
	d.Warm = in.Get("cache") == "warm"
	d.Clipboard = in.Get("clipboard") == "open"
	d.RecordKeys = d.Record != study.RecordNever && in.Get("record-keys") == "yes"
	for _, m := range study.AccessMethods() {
		if has(in["method"], string(m)) {
			d.Methods = append(d.Methods, m)
		}
	}
	for _, s := range study.Strategies() {
		if has(in["strategy"], string(s)) {
			d.Strategies = append(d.Strategies, s)
		}
	}
	if in.Get("about") == aboutPerson {
		d.About = aboutPerson
	}
	readTasks(&d, in, appliances)
	return d, bad
}

// readTasks sets the appliance of d, and copies the chosen tasks of that appliance into d.
func readTasks(d *study.Design, in url.Values, appliances []Appliance) {
	for _, a := range appliances {
		if a.Name != in.Get("appliance") {
			continue
		}
		d.Appliance = a.Name
		for _, t := range a.Tasks {
			if !t.Practice && has(in["task"], taskField(a.Name, t.ID)) {
				d.Tasks = append(d.Tasks, t)
			}
		}
		if t, ok := a.practice(); ok && in.Get("practice") == "yes" {
			d.Practice = &t
		}
	}
}

// practice returns the appliance's practice task.
func (a Appliance) practice() (study.Task, bool) {
	for _, t := range a.Tasks {
		if t.Practice {
			return t, true
		}
	}
	return study.Task{}, false
}

// readInstruments returns the instruments that were given a place in the order, in that order.
func readInstruments(in url.Values) []string {
	var ids []string
	library := questionnaire.All()
	for place := 1; place <= len(library); place++ {
		for _, q := range library {
			if q.ID != aboutPerson && in.Get("ask-"+q.ID) == strconv.Itoa(place) {
				ids = append(ids, q.ID)
			}
		}
	}
	return ids
}

// readText returns the text of a field with its line breaks as LF.
func readText(in url.Values, field string, bad faults) string {
	text := strings.ReplaceAll(in.Get(field), "\r\n", "\n")
	if !storable(text) {
		bad.add(field, "this has characters that cannot be stored: use plain text")
		return ""
	}
	return text
}

// storable reports whether the database can store s: valid UTF-8 without NUL.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func readSeed(in url.Values, bad faults) uint64 {
	text := strings.TrimSpace(in.Get("seed"))
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		bad.add("seed", "the seed must be a whole number from 0 to %d", uint64(math.MaxUint64))
	}
	return seed
}

// mostNumber is larger than any number that a valid design has. It is so small that it cannot
// overflow when it is converted to bits per second or nanoseconds.
const mostNumber = 1e6

// readNumber reads a number. An empty text is 0.
func readNumber(text, field string, bad faults) float64 {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	x, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(x):
		bad.add(field, "“%s” is not a number: write it as in 7.2", text)
	case math.Abs(x) > mostNumber:
		bad.add(field, "%s is too large", text)
	case x == 0 && !writtenAsZero(text):
		bad.add(field, tooSmall, text)
	default:
		return x
	}
	return 0
}

func readWhole(text, field string, bad faults) float64 {
	x := readNumber(text, field, bad)
	if x != math.Trunc(x) {
		bad.add(field, "%s must be a whole number", text)
		return 0
	}
	return x
}

// tooSmall is the fault of a number that is not 0 but would be stored as 0, because 0 can have a
// meaning of its own: a link of 0 Mbps has no limit.
const tooSmall = "%s is too small to be told from 0: write 0 if that is meant"

// writtenAsZero reports whether text, which ParseFloat has read as 0, has only zeros before its
// exponent.
func writtenAsZero(text string) bool {
	digits, exponent := text, "eE"
	if strings.ContainsAny(text, "xX") {
		exponent = "pP" // in a hexadecimal number e is a digit
	}
	if i := strings.IndexAny(text, exponent); i >= 0 {
		digits = text[:i]
	}
	return !strings.ContainsAny(digits, "123456789abcdefABCDEF")
}

// readScaled reads a number and converts it to the unit in which it is stored. It reports a fault
// if that turns another number into 0.
func readScaled[N ~int64 | ~float64](text, field string, bad faults, convert func(float64) N) N {
	x := readNumber(text, field, bad)
	n := convert(x)
	if n == 0 && x != 0 {
		bad.add(field, tooSmall, strings.TrimSpace(text))
	}
	return n
}

func readDuration(text string, unit time.Duration, field string, bad faults) time.Duration {
	return readScaled(text, field, bad, func(x float64) time.Duration {
		return time.Duration(math.Round(x * float64(unit)))
	})
}

func readRate(text, field string, bad faults) study.Bitrate {
	return readScaled(text, field, bad, func(mbps float64) study.Bitrate {
		return study.Bitrate(math.Round(mbps * float64(study.Mbps)))
	})
}

func readPercent(text, field string, bad faults) float64 {
	return readScaled(text, field, bad, fraction)
}

// fraction returns x percent. For 1.3 it returns exactly the float64 that is written 0.013. 1.3/100
// would differ in the last bit, which would change the design's hash.
func fraction(x float64) float64 {
	f, err := strconv.ParseFloat(decimal(x/100), 64)
	if err != nil {
		return x / 100
	}
	return f
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
