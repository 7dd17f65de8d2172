package view

// DesignForm is the form of a study's design as it was typed.
type DesignForm struct {
	Study  Study // the zero Study for a new study
	Action string
	Saved  bool // whether the design has just been saved
	Failed bool // whether saving failed
	Stale  bool // whether it was not saved because somebody else has changed the draft

	Revision string // of the draft that this form replaces; empty for a new study

	Title, Consent, Thanks string
	Appliances             []ApplianceChoice
	Practice               bool
	Methods                []Choice
	Strategies             []Choice
	Networks               []NetworkRow
	NoTraces               []string // files that are not traces, each with the reason
	NoAppliances           []string // appliances that cannot be used, each with the reason
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
	ID, Title, Meaning string
	Places             []Choice
}

// NetworkRow is a network as it was typed.
type NetworkRow struct {
	Name, Down, Up, RTT, Jitter, Loss, Queue string

	TraceDown, TraceUp, Overhead, Shape, Order, Burst        string
	Duplicate, Reorder, Unit, Discipline, Congestion, Repeat string
	Phases                                                   []PhaseRow // at least one, which may be empty

	ID             string // its phases refer to this id
	More, Open     bool   // More: fields beyond the first row are filled in; Open: show them
	Traces         []string
	Key            string // key of its fault in Faults
	Drop, AddPhase string // values of the buttons
}

// PhaseRow is a phase of a network's schedule, as it was typed.
type PhaseRow struct {
	Net, From, For, What, Down, Up, RTT, Jitter, Loss string
	Drop                                              string // value of the button that removes the phase
}

// Preview is what a design amounts to: trials, time, conditions and sequences.
type Preview struct {
	Faults      []Fault // what keeps it from being published
	Trials      int
	Practice    bool
	Minutes     int // how long a session takes
	Appointment int // minutes, including set-up
	Balance     string
	Conditions  []ConditionRow
	Networks    []NetworkPicture
	Sequences   [][]int // the first sequences, as numbers of conditions
	More        int     // number of sequences that are not shown
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
	Down, Up      string   // SVG paths in an area of PictureWidth by PictureHeight
	Outages       [][2]int // from and to, horizontally in that area
	Most, Until   string   // labels of the upper and the right edge
}

// The size of a NetworkPicture.
const (
	PictureWidth  = 300
	PictureHeight = 48
)
