package view

// DesignForm is the form of a study's design as it was typed.
type DesignForm struct {
	Study  Study // the zero Study for a new one
	Action string
	Saved  bool // it has just been saved
	Failed bool // it could not be saved
	Stale  bool // it was not saved, because the draft is not the one that was opened

	Revision string // of the draft over which it is saved; empty for a new study

	Title, Consent, Thanks string
	Appliances             []ApplianceChoice
	Practice               bool
	Methods                []Choice
	Strategies             []Choice
	Networks               []NetworkRow
	NoTraces               []string // files that are no trace to choose, with the reasons
	NoAppliances           []string // what lies among the appliances and cannot be used, with the reasons
	About                  bool
	Instruments            []InstrumentChoice
	Orders                 []Choice
	Seed                   string
	Limit, Pause, SetUp    string
	Records                []Choice
	RecordKeys             bool
	Warm                   bool // streams begin warm
	Clipboard              bool

	Faults  map[string]string // sentences by field
	Preview Preview
}

// Choice is one of several things that can be chosen.
type Choice struct {
	Value, Label, Meaning string
	Chosen                bool
}

// ApplianceChoice is an appliance with its tasks.
type ApplianceChoice struct {
	Name, Title string
	Chosen      bool
	Tasks       []Choice
	Practice    string // title of its practice task; empty if it has none
}

// InstrumentChoice is an instrument and the place where it is asked.
type InstrumentChoice struct {
	ID, Title, Meaning string
	Places             []Choice
}

// NetworkRow is a network as it was typed.
type NetworkRow struct {
	Name, Down, Up, RTT, Jitter, Loss, Queue string

	TraceDown, TraceUp, Overhead, Shape, Order, Burst        string
	Duplicate, Reorder, Unit, Discipline, Congestion, Repeat string
	Phases                                                   []PhaseRow // at least one to type into

	ID             string // what joins the phases to it
	More, Open     bool   // something is set beside the first row; it is to be seen at once
	Traces         []string
	Key            string // of its sentence in Faults
	Drop, AddPhase string // what the buttons say to the server
}

// PhaseRow is a phase of a network's schedule, as it was typed.
type PhaseRow struct {
	Net, From, For, What, Down, Up, RTT, Jitter, Loss string
	Drop                                              string // what the button that removes it says to the server
}

// Preview is what a design comes to.
type Preview struct {
	Faults      []Fault // what keeps it from being published
	Trials      int
	Practice    bool
	Minutes     int // that one participant takes
	Appointment int // minutes, set-up included
	Balance     string
	Conditions  []ConditionRow
	Networks    []NetworkPicture
	Sequences   [][]int // the first ones, as numbers of conditions
	More        int     // sequences that are not shown
}

// Fault is a sentence about a field.
type Fault struct{ Field, Say string }

// ConditionRow is one condition of a design.
type ConditionRow struct {
	Number                         int
	Method, Network, Setting, Task string
}

// NetworkPicture shows the bandwidth of a network over a trial.
type NetworkPicture struct {
	Name, Setting string
	Down, Up      string   // paths of SVG in a field of PictureWidth by PictureHeight
	Outages       [][2]int // from and to, in the same field
	Most, Until   string   // what the upper and the right edge stand for
}

// The field of a NetworkPicture.
const (
	PictureWidth  = 300
	PictureHeight = 48
)
