package study

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Access is one level of the factor access method: how a machine is reached, and with which options.
// The options are fields of their own; the zero value of each is what a study had before there was the option.
type Access struct {
	Name     string       // in the data; empty: it is called after its method and strategy, see Level
	Method   AccessMethod // its kind
	Strategy Strategy     // of the Stream method; empty means BestStrategy, and the level is not called after it
	Warm     bool         // of the Stream method: it begins with what the near cache has; else with nothing
	Flow     Flow         // of the VNC method
	Encoding Encoding     // of the VNC method
	Quality  int          // of pictures as JPEG, 0 to MaxQuality
	FilmRate Bitrate      // of films as H264
	Pointer  PointerAt    // of the VNC method
	Frames   int          // of the VNC method: how many updates a second there are at most; 0 for as many as pass

	// Of the VNC method: whether the machine moves to another host during the task, how long after its beginning, and the rate,
	// the same in both directions, and the round-trip time between the hosts.
	Moves     MoveKind
	MovesAt   time.Duration
	MovesRate Bitrate
	MovesRTT  time.Duration
}

// Usual returns the level of a method that a new study has unless it says otherwise: the method at its best.
func Usual(m AccessMethod) Access {
	if m == VNC {
		return Access{Method: VNC, Flow: Continuous, Encoding: JPEG, Quality: UsualQuality}
	}
	return Access{Method: m}
}

// UsualLevels returns the usual level of each method.
func UsualLevels(methods ...AccessMethod) (all []Access) {
	for _, m := range methods {
		all = append(all, Usual(m))
	}
	return all
}

// PlainLevels returns a level without options for each method.
func PlainLevels(methods ...AccessMethod) (all []Access) {
	for _, m := range methods {
		all = append(all, Access{Method: m})
	}
	return all
}

// StreamedBy returns the levels with those of the Stream method that have no strategy parted into one for each strategy,
// in its place. Warm says how all of them begin. Designs were laid out so before levels had options.
func StreamedBy(levels []Access, strategies []Strategy, warm bool) (all []Access) {
	for _, a := range levels {
		if a.Method != Stream {
			all = append(all, a)
			continue
		}
		a.Warm = a.Warm || warm
		if a.Strategy != "" || len(strategies) == 0 {
			all = append(all, a)
			continue
		}
		for _, s := range strategies {
			a.Strategy = s
			all = append(all, a)
		}
	}
	return all
}

// Level returns the name of the level in the data, as in "vnc", "stream-cluster" or "stream-warm".
func (a Access) Level() string {
	if a.Name == "" {
		return a.usualName()
	}
	return a.Name
}

// usualName is what the level is called if it has no name of its own.
func (a Access) usualName() string {
	if a.Strategy == "" {
		return string(a.Method)
	}
	return string(a.Method) + "-" + string(a.Strategy)
}

// Called returns the level with a name in the data. Levels that are called alike and have the same options are equal.
func (a Access) Called(name string) Access {
	if a.Name = name; name == a.usualName() {
		a.Name = ""
	}
	return a
}

// IsUsual reports whether a is the usual level of its method, with no name of its own.
func (a Access) IsUsual() bool { return a == Usual(a.Method) }

// options names everything that is set in a, besides its name. An option that is not set is not in it, so that a level
// from before there was the option has the same text.
func (a Access) options() string {
	var all []string
	v := reflect.ValueOf(a)
	for i := range v.NumField() {
		if field := v.Type().Field(i).Name; field != "Name" && !v.Field(i).IsZero() {
			all = append(all, fmt.Sprintf("%s=%v", field, v.Field(i)))
		}
	}
	return strings.Join(all, " ")
}

// checkMethods checks the levels of the factor access method.
func (d Design) checkMethods(f faults) {
	f.unless(len(d.Methods) > 0, "methods", "choose at least one access method")
	f.unless(len(d.Methods) <= MaxLevels, "methods", "a factor has more than %d levels", MaxLevels)
	seen := map[string]bool{}
	for i, a := range d.Methods {
		at := item("methods", i)
		f.unless(!seen[a.Level()], at, "access method %q is there twice: give one of them a name of its own", a.Level())
		seen[a.Level()] = true
		a.check(f.within(at))
		f.within(at).unless(a.Moves == NoMove || a.MovesAt < d.TrialLimit, "move_at_s",
			"nobody would see the machine move after %g s: a trial takes %g s at most", a.MovesAt.Seconds(), d.TrialLimit.Seconds())
	}
}

func (a Access) check(f faults) {
	if !f.unless(a.Method.Valid(), "kind", "access method %q is unknown", a.Method) {
		return
	}
	checkName(f, "name", a.Level())
	f.unless(a.Strategy == "" || a.Strategy.Valid(), "strategy", "streaming strategy %q is unknown", a.Strategy)
	f.unless(a.Method == Stream || a.Strategy == "", "strategy", "only a stream has a strategy")
	f.unless(a.Method == Stream || !a.Warm, "cache", "only a stream begins cold or warm")
	a.checkPicture(f)
	a.checkMove(f)
}

func (a Access) checkPicture(f faults) {
	f.unless(a.Flow.Valid(), "flow", "the flow %q is unknown", a.Flow)
	f.unless(a.Encoding.Valid(), "encoding", "the encoding %q is unknown", a.Encoding)
	f.unless(a.Method == VNC || a.Flow == OnRequest, "flow", "only vnc has a flow")
	f.unless(a.Method == VNC || a.Encoding == Lossless, "encoding", "only vnc has an encoding")
	f.unless(a.Encoding.Lossy() || a.Quality == 0, "quality", "only jpeg and h264 have a quality")
	f.unless(a.Quality >= 0 && a.Quality <= MaxQuality, "quality", "a quality is a number from 0 to %d", MaxQuality)
	f.unless(a.Encoding == H264 || a.FilmRate == 0, "rate_mbps", "only h264 has a rate")
	f.unless(a.Encoding != H264 || a.FilmRate >= LeastFilmRate && a.FilmRate <= MostFilmRate, "rate_mbps",
		"the rate of h264 is a number from %g to %g Mbps", LeastFilmRate.Mbps(), MostFilmRate.Mbps())
	f.unless(a.Pointer.Valid(), "pointer", "the pointer %q is unknown", a.Pointer)
	f.unless(a.Method == VNC || a.Pointer == PointerHere, "pointer", "only vnc has a pointer that may be drawn there")
	f.unless(a.Method == VNC || a.Frames == 0, "fps", "only vnc has a limit of updates a second")
	f.unless(a.Frames >= 0 && a.Frames <= MostFrames, "fps", "the limit of updates a second is a number from 1 to %d, or 0 for none", MostFrames)
}

// maxName bounds the name of a level, in bytes.
const maxName = 40

// checkName checks what a level is called in the data. The code of a condition parts levels by slashes.
func checkName(f faults, at, name string) {
	f.unless(name != "" && len(name) <= maxName && isLine(name) && !strings.Contains(name, "/"), at,
		"a name has 1 to %d characters in one line, and no slash", maxName)
}
