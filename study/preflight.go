package study

import "time"

// Preflight is what a participant's computer must have. It is looked at before they are asked for their consent. The zero
// Preflight looks at nothing.
type Preflight struct {
	Check   bool          // look at the computer; without it, what follows does not count
	Secure  bool          // the page must have come in a secure way (W3C Secure Contexts)
	Pointer bool          // a mouse or a touchpad is needed
	Width   int           // of the page's window at least, in CSS pixels; 0 for any
	Height  int           // the same
	Down    Bitrate       // bandwidth from the server at least; 0 for any
	Up      Bitrate       // bandwidth to the server at least; 0 for any
	RTT     time.Duration // round trip to the server at most; 0 for any
}

// Limits of a Preflight.
const (
	maxPreflightSide = 10_000 // CSS pixels
	maxPreflightRate = Gbps
	maxPreflightRTT  = 10 * time.Second
)

// Line reports whether p asks for anything about how the computer reaches the server.
func (p Preflight) Line() bool { return p.Check && (p.Down > 0 || p.Up > 0 || p.RTT > 0) }

func (d Design) checkPreflight(f faults) {
	p := d.Preflight
	f = f.within("preflight")
	f.unless(p.Check || p == (Preflight{}), "check", "what the computer must have counts only if the computer is looked at")
	f.unless(p.Width >= 0 && p.Width <= maxPreflightSide, "width_px", "a window has from 0 to %d pixels", maxPreflightSide)
	f.unless(p.Height >= 0 && p.Height <= maxPreflightSide, "height_px", "a window has from 0 to %d pixels", maxPreflightSide)
	f.unless(p.Down >= 0 && p.Down <= maxPreflightRate, "down_mbps", "a bandwidth of 0 to %g Mbps can be asked for", maxPreflightRate.Mbps())
	f.unless(p.Up >= 0 && p.Up <= maxPreflightRate, "up_mbps", "a bandwidth of 0 to %g Mbps can be asked for", maxPreflightRate.Mbps())
	f.unless(p.RTT >= 0 && p.RTT <= maxPreflightRTT, "rtt_ms", "a round trip of 0 to %d ms can be asked for", maxPreflightRTT.Milliseconds())
}

// KeyboardBy is how the layout of somebody's keyboard was found.
type KeyboardBy string

// The ways. The zero value means that it was not found.
const (
	KeyboardByMap    KeyboardBy = "map"    // the browser said it (W3C Keyboard Map)
	KeyboardByKeys   KeyboardBy = "keys"   // the participant pressed keys
	KeyboardByChoice KeyboardBy = "choice" // the participant chose it from a list
)

// PointerKind is the best pointing device of a computer, as CSS media queries tell it.
type PointerKind string

// The kinds. The zero value means that it is not known.
const (
	FinePointer   PointerKind = "fine"   // a mouse, a touchpad or a pen
	CoarsePointer PointerKind = "coarse" // a finger
	NoPointer     PointerKind = "none"
)

// Found is what a page found out about a participant's computer before they consented. It is stored with their consent, and
// never before. The zero Found means that nothing was looked at.
type Found struct {
	Browser string   // name and main version, as the browser says them; empty if it does not
	System  string   // the operating system, the same
	Lacks   []string // what the desktop needs and the browser has not, by the names of web platform features
	Secure  bool     // the page came in a secure way
	Screen  Size     // of the computer, in CSS pixels
	Window  Size     // of the page, in CSS pixels
	Scale   float64  // physical pixels for each CSS pixel: that of the screen times the zoom of the page; 0 if unknown
	Pointer PointerKind
	RTT     time.Duration // round trip to the server, the median of several; 0 if it was not measured
	Down    Bitrate       // from the server; 0 if it was not measured
	Up      Bitrate       // to the server; 0 if it was not measured

	Keyboard   string     // the layout of the keyboard, as in package keyboard; empty if it was not found, or is none of those
	KeyboardBy KeyboardBy // how it was found
}

// Size is a width and a height.
type Size struct{ W, H int }

// Empty reports whether nothing was looked at.
func (f Found) Empty() bool {
	return len(f.Lacks) == 0 && f.Browser+f.System+f.Keyboard == "" && !f.Secure && f.Screen == Size{} && f.Window == Size{} && f.Scale == 0 &&
		f.Pointer == "" && f.RTT == 0 && f.Down == 0 && f.Up == 0 && f.KeyboardBy == ""
}

// Unmeasured reports whether something was not measured that p asks of the line to the server. It is not slow, then: nobody knows what it is.
func (p Preflight) Unmeasured(f Found) bool {
	return p.Check && (p.Down > 0 && f.Down <= 0 || p.Up > 0 && f.Up <= 0 || p.RTT > 0 && f.RTT <= 0)
}

// Shortfall is one thing that a computer lacks for a study.
type Shortfall string

// The shortfalls.
const (
	LacksFeatures  Shortfall = "browser"
	LacksSecurity  Shortfall = "secure"
	LacksPointer   Shortfall = "pointer"
	LacksWindow    Shortfall = "window"
	LacksDownlink  Shortfall = "down"
	LacksUplink    Shortfall = "up"
	LacksNearness  Shortfall = "rtt"
	NotLookedAtYet Shortfall = "nothing" // the page did not say what it found
)

// Shortfalls lists all of them, in the order in which a page tells them.
func Shortfalls() []Shortfall {
	return []Shortfall{NotLookedAtYet, LacksFeatures, LacksSecurity, LacksPointer, LacksWindow, LacksDownlink, LacksUplink, LacksNearness}
}

// Judge returns what a computer lacks; nil if it may be used. A quantity that was not measured, and that p asks for, is lacking.
func (p Preflight) Judge(f Found) (all []Shortfall) {
	if !p.Check {
		return nil
	}
	if f.Empty() {
		return []Shortfall{NotLookedAtYet}
	}
	lacks := map[Shortfall]bool{
		LacksFeatures: len(f.Lacks) > 0,
		LacksSecurity: p.Secure && !f.Secure,
		LacksPointer:  p.Pointer && f.Pointer != FinePointer,
		LacksWindow:   f.Window.W < p.Width || f.Window.H < p.Height,
		LacksDownlink: f.Down < p.Down,
		LacksUplink:   f.Up < p.Up,
		LacksNearness: p.RTT > 0 && (f.RTT <= 0 || f.RTT > p.RTT),
	}
	for _, s := range Shortfalls() {
		if lacks[s] {
			all = append(all, s)
		}
	}
	return all
}

// Refusals counts how often computers were refused, by what they lacked. Nothing else is known of them.
type Refusals map[Shortfall]int
