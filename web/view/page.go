// Package view has the HTML of the pages: templ components and the plain structs that they show. A
// component calls nothing, and decides only how to show what it is given.
package view

// Page is what every page needs around its content.
type Page struct {
	Title    string
	Who      string   // the experimenter signed in; empty for nobody
	Version  string   // of the program
	Insecure bool     // whether browsers do not treat these pages as a secure context, so that their clocks are coarse
	Scripts  []string // ES modules under static, such as "copy.js"
	Styles   []string // further style sheets under static, such as "visit.css"
	Visits   string   // the path of visits, on pages that send batches that were left in the browser; otherwise empty
	Step     string   // the name of a visit's step; empty on other pages
	Session  int64    // the session that the page belongs to; 0 for none

	Stop   string // where a participant says that they take no part any more; empty on other pages
	Copy   string // where a participant gets a copy of what they agreed to; empty before they have
	Over   bool   // whether their visit has come to its end, so that they can only take back what they gave
	Forget int64  // a session of which this browser is to forget everything; 0 for none

	Preview *PreviewBar // on pages that show an experimenter what a participant will see; else nil

	Languages []Language // from which the participant can choose; empty for no choice
}

// PreviewBar says where a preview stands, and leads elsewhere.
type PreviewBar struct {
	Step                int    // counted from 1
	Back, Next          string // paths of the steps beside; empty for none
	Away                string // the path of the page for those who are turned away, from a screening; else empty
	Leave               string // the path of the design
	Groups              []PreviewLink
	Sequence, Sequences int
	Another             string // the path of the next sequence
	Condition           string // of the trial; empty outside trials
	Undecided           bool   // nobody knows the group at this step yet, so this is what everybody meets
	Unread              bool   // the group has a consent text, which for that reason nobody reads
}

// PreviewLink leads to the preview of a group.
type PreviewLink struct {
	Label, To string
	Here      bool
}

// Language is one that a participant can choose.
type Language struct {
	Tag, Name, Direction string
	To                   string // the path that chooses it
	Post                 bool   // whether that is sent as a form, and not a link
	Chosen               bool
}

// Problem is an error, for the person at the screen.
type Problem struct {
	Status int
	Title  string
	Say    string
	Lab    bool // whether it happened on an experimenter's page
	SignIn bool // whether signing in in another tab helps

	Request string // the name of the request in the log, if something went wrong on our side; else empty
}

// SignInForm is what was typed into the sign-in form.
type SignInForm struct {
	Name string
	To   string // the page to show after signing in
	Say  string // what is wrong; empty at first
}
