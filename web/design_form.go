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

// A design travels as the fields of a form, both ways: designFields writes them and
// readDesign reads them. A page is always made from fields, so that what was typed is kept
// even where it cannot be read.

// aboutPerson is the instrument that is asked once, about the person.
const aboutPerson = "about"

// faults are sentences about fields, by the field's name. The key of the i-th network is
// networkFault(i); that of the design as a whole is "".
type faults map[string]string

func networkFault(row int) string { return fmt.Sprintf("net-%d", row) }

// networks reports whether any single network is at fault: then what the fields say is not
// what a network would be.
func (f faults) networks() bool {
	for field := range f {
		if strings.HasPrefix(field, "net-") {
			return true
		}
	}
	return false
}

// add keeps the first sentence about each field.
func (f faults) add(field, say string, args ...any) {
	if f[field] == "" {
		f[field] = sentence(fmt.Sprintf(say, args...))
	}
}

// designFields writes d as form fields.
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

// taskField names a task across appliances, since the form shows the tasks of all of them.
func taskField(appliance string, t study.TaskID) string { return appliance + "/" + string(t) }

// decimal writes x so that reading it gives x back, without the noise of the 17th digit.
func decimal(x float64) string { return strconv.FormatFloat(x, 'g', 12, 64) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// readDesign reads a design from form fields. What cannot be read is left zero and has its
// sentence in the faults. Whether the design makes sense is checkDesign's question.
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

// readTasks takes the appliance and copies its chosen tasks into the design.
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

// practice returns the appliance's task for getting used to the desktop.
func (a Appliance) practice() (study.Task, bool) {
	for _, t := range a.Tasks {
		if t.Practice {
			return t, true
		}
	}
	return study.Task{}, false
}

// readInstruments returns the instruments that have a place, in the order of their places.
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

// readText returns a text whose lines end in LF.
func readText(in url.Values, field string, bad faults) string {
	text := strings.ReplaceAll(in.Get(field), "\r\n", "\n")
	if !storable(text) {
		bad.add(field, "this has characters that cannot be stored: use plain text")
		return ""
	}
	return text
}

// storable reports whether the database can hold s: it takes UTF-8 without NUL.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func readSeed(in url.Values, bad faults) uint64 {
	text := strings.TrimSpace(in.Get("seed"))
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		bad.add("seed", "the seed must be a whole number from 0 to %d", uint64(math.MaxUint64))
	}
	return seed
}

// mostNumber is above every bound of a design, and far below what would overflow once
// multiplied into bits or nanoseconds.
const mostNumber = 1e6

// readNumber reads a number; empty is 0.
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

// tooSmall is said of a number that is not 0 and would be stored as 0. That has a meaning of its own:
// 0 Mbps, for one, is a link without a limit.
const tooSmall = "%s is too small to be told from 0: write 0 if that is meant"

// writtenAsZero reports whether a number that strconv took for 0 has no other digit before its exponent.
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

// readScaled reads a number and converts it to what is stored. One that is not 0 stays so, or is refused.
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

// fraction returns x per cent, so that 1.3 becomes the very number 0.013: dividing by 100 alone
// would miss it by the last bit, and the design's hash would change.
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
