package postgres

import (
	"fmt"
	"strings"
	"time"

	"vmstudy/study"
)

// oldDesign is a design as databases had it until step 16: a JSON document. Nothing may change here, since such
// databases, and the hashes of what was published from them, must stay readable.
type oldDesign struct {
	Title       string               `json:"title"`
	Consent     string               `json:"consent"`
	Thanks      string               `json:"thanks"`
	Appliance   string               `json:"appliance"`
	Methods     []study.AccessMethod `json:"methods"`
	Strategies  []study.Strategy     `json:"strategies,omitempty"`
	Networks    []oldNamedNetwork    `json:"networks"`
	Tasks       []oldTask            `json:"tasks"`
	Practice    *oldTask             `json:"practice"`
	About       string               `json:"about"`
	Instruments []string             `json:"instruments"`
	Order       study.Order          `json:"order"`
	Seed        uint64               `json:"seed"`
	TrialLimit  time.Duration        `json:"trial_limit_ns"`
	PauseEvery  int                  `json:"pause_every"`
	SetUp       time.Duration        `json:"set_up_ns"`
	Record      study.RecordPolicy   `json:"record,omitempty"`
	RecordKeys  bool                 `json:"record_keys,omitempty"`
	Warm        bool                 `json:"warm,omitempty"`
	Clipboard   bool                 `json:"clipboard,omitempty"`
}

type oldNamedNetwork struct {
	Name    string     `json:"name"`
	Network oldNetwork `json:"network"`
}

type oldTask struct {
	ID          study.TaskID `json:"id"`
	Title       string       `json:"title"`
	Instruction string       `json:"instruction"`
	Goal        string       `json:"goal"`
	Practice    bool         `json:"practice"`
}

func (t oldTask) task() study.Task {
	return study.Task{ID: t.ID, Title: study.Plain(t.Title), Instruction: study.Plain(t.Instruction), Goal: t.Goal, Practice: t.Practice}
}

func (doc oldDesign) design() study.Design {
	d := study.Design{
		Title: study.Plain(doc.Title), Consent: study.Plain(doc.Consent), Thanks: study.Plain(doc.Thanks), Appliance: doc.Appliance,
		Methods: study.StreamedBy(study.PlainLevels(doc.Methods...), doc.Strategies, doc.Warm), About: doc.About, Instruments: doc.Instruments,
		Order: doc.Order, Seed: doc.Seed, TrialLimit: doc.TrialLimit, PauseEvery: doc.PauseEvery, SetUp: doc.SetUp,
		Record: doc.Record, RecordKeys: doc.RecordKeys, Clipboard: doc.Clipboard,
	}
	for _, n := range doc.Networks {
		d.Networks = append(d.Networks, study.NamedNetwork{Name: n.Name, Network: n.Network.network()})
	}
	for _, t := range doc.Tasks {
		d.Tasks = append(d.Tasks, t.task())
	}
	if doc.Practice != nil {
		practice := doc.Practice.task()
		d.Practice = &practice
	}
	return d
}

// canonical returns the text whose hash was published: one field a line, in a fixed order, strings quoted as in Go. A
// field that came later has no line where it is zero.
func (doc oldDesign) canonical() string {
	var b strings.Builder
	line := func(name string, values ...any) {
		b.WriteString(name)
		for _, v := range values {
			if s, ok := v.(string); ok {
				v = fmt.Sprintf("%q", s)
			}
			fmt.Fprint(&b, " ", v)
		}
		b.WriteByte('\n')
	}
	task := func(name string, t oldTask) { line(name, string(t.ID), t.Title, t.Instruction, t.Goal, t.Practice) }

	line("design", 1) // the number of this format
	line("title", doc.Title)
	line("consent", doc.Consent)
	line("thanks", doc.Thanks)
	line("appliance", doc.Appliance)
	for _, m := range doc.Methods {
		line("method", string(m))
	}
	for _, s := range doc.Strategies {
		line("strategy", string(s))
	}
	for _, n := range doc.Networks {
		v := n.Network
		line("network", n.Name, int64(v.Down), int64(v.Up), int64(v.RTT), int64(v.Jitter), v.Loss, v.Queue)
		v.canonical(line)
	}
	for _, t := range doc.Tasks {
		task("task", t)
	}
	if doc.Practice != nil {
		task("practice", *doc.Practice)
	}
	line("about", doc.About)
	for _, i := range doc.Instruments {
		line("instrument", i)
	}
	line("order", string(doc.Order), doc.Seed)
	line("conduct", int64(doc.TrialLimit), doc.PauseEvery, int64(doc.SetUp))
	if doc.Record != "" {
		line("record", string(doc.Record), doc.RecordKeys)
	}
	if doc.Warm {
		line("cache", "warm")
	}
	if doc.Clipboard {
		line("clipboard", "open")
	}
	return b.String()
}
