// Package view holds what pages look like: templ components, and the plain structs that
// they show. A component calls nothing and decides nothing but how to show what it is given.
package view

// Page is what stands around the matter of every page.
type Page struct {
	Title    string
	Who      string   // the experimenter signed in; empty for nobody
	Version  string   // of the program
	Insecure bool     // browsers do not trust these pages with exact clocks
	Scripts  []string // ES modules under static, as in "copy.js"
	Styles   []string // further style sheets under static, as in "visit/console.css"
	Visits   string   // the path of visits, on a page that hands in batches that are left in the browser; else empty
	Step     string   // the name of a visit's step; empty on other pages
	Session  int64    // the one that the page belongs to; 0 for none
}

// Problem is what went wrong, for the person at the screen.
type Problem struct {
	Status int
	Title  string
	Say    string
	Lab    bool // it happened on an experimenter's page
	SignIn bool // signing in, in another tab, mends it
}

// SignInForm is what was typed into the sign-in form.
type SignInForm struct {
	Name string
	To   string // the page to return to
	Say  string // what is wrong; empty at first
}
