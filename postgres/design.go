package postgres

import (
	"time"

	"vmstudy/study"
)

// designDoc is the JSON document of a study.Design. Its keys name the units.
type designDoc struct {
	Title       string               `json:"title"`
	Consent     string               `json:"consent"`
	Thanks      string               `json:"thanks"`
	Appliance   string               `json:"appliance"`
	Methods     []study.AccessMethod `json:"methods"`
	Strategies  []study.Strategy     `json:"strategies,omitempty"`
	Networks    []namedNetworkDoc    `json:"networks"`
	Tasks       []taskDoc            `json:"tasks"`
	Practice    *taskDoc             `json:"practice"`
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

type namedNetworkDoc struct {
	Name    string     `json:"name"`
	Network networkDoc `json:"network"`
}

// The documents below have the same fields as the types of that name in study. So Go can convert
// one into the other, and the compiler refuses a field that only one of them has.
type (
	taskDoc struct {
		ID          study.TaskID `json:"id"`
		Title       string       `json:"title"`
		Instruction string       `json:"instruction"`
		Goal        string       `json:"goal"`
		Practice    bool         `json:"practice"`
	}
)

func toDesignDoc(d study.Design) designDoc {
	doc := designDoc{
		Title: d.Title, Consent: d.Consent, Thanks: d.Thanks, Appliance: d.Appliance,
		Methods: d.Methods, Strategies: d.Strategies, Practice: (*taskDoc)(d.Practice), About: d.About, Instruments: d.Instruments,
		Order: d.Order, Seed: d.Seed, TrialLimit: d.TrialLimit, PauseEvery: d.PauseEvery, SetUp: d.SetUp,
		Record: d.Record, RecordKeys: d.RecordKeys, Warm: d.Warm, Clipboard: d.Clipboard,
	}
	for _, n := range d.Networks {
		doc.Networks = append(doc.Networks, namedNetworkDoc{n.Name, toNetworkDoc(n.Network)})
	}
	for _, t := range d.Tasks {
		doc.Tasks = append(doc.Tasks, taskDoc(t))
	}
	return doc
}

func (doc designDoc) design() study.Design {
	d := study.Design{
		Title: doc.Title, Consent: doc.Consent, Thanks: doc.Thanks, Appliance: doc.Appliance,
		Methods: doc.Methods, Strategies: doc.Strategies, Practice: (*study.Task)(doc.Practice), About: doc.About, Instruments: doc.Instruments,
		Order: doc.Order, Seed: doc.Seed, TrialLimit: doc.TrialLimit, PauseEvery: doc.PauseEvery, SetUp: doc.SetUp,
		Record: doc.Record, RecordKeys: doc.RecordKeys, Warm: doc.Warm, Clipboard: doc.Clipboard,
	}
	for _, n := range doc.Networks {
		d.Networks = append(d.Networks, study.NamedNetwork{Name: n.Name, Network: n.Network.network()})
	}
	for _, t := range doc.Tasks {
		d.Tasks = append(d.Tasks, study.Task(t))
	}
	return d
}
