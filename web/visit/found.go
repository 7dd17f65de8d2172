package visit

import (
	"encoding/json"
	"math"
	"time"

	"vmstudy/keyboard"
	"vmstudy/study"
)

// foundMessage is what a page says of a participant's computer; see static/visit/computer.js.
type foundMessage struct {
	Browser    string            `json:"browser"`
	System     string            `json:"system"`
	Lacks      []string          `json:"lacks"`
	Secure     bool              `json:"secure"`
	Screen     [2]int            `json:"screen"`
	Window     [2]int            `json:"window"`
	Scale      float64           `json:"scale"`
	Pointer    study.PointerKind `json:"pointer"`
	RTT        float64           `json:"rtt_ms"`
	Down       float64           `json:"down_mbps"`
	Up         float64           `json:"up_mbps"`
	Keyboard   string            `json:"keyboard"`
	KeyboardBy study.KeyboardBy  `json:"keyboard_by"`
}

// Limits of what a page may say.
const (
	longestFound = 4 << 10 // bytes of the message
	longestWord  = 60      // bytes of a name
	mostLacks    = 20
	largestSide  = 100_000 // pixels
)

var errFound = study.Refuse(study.ErrInvalid, "The page said something about your computer that cannot be. Please load it again.")

// readFound reads what a page says. The empty text says nothing.
func readFound(text string) (study.Found, error) {
	if text == "" {
		return study.Found{}, nil
	}
	var m foundMessage
	if len(text) > longestFound || json.Unmarshal([]byte(text), &m) != nil || !m.valid() {
		return study.Found{}, errFound
	}
	return study.Found{
		Browser: m.Browser, System: m.System, Lacks: m.Lacks, Secure: m.Secure,
		Screen: study.Size{W: m.Screen[0], H: m.Screen[1]}, Window: study.Size{W: m.Window[0], H: m.Window[1]}, Scale: m.Scale, Pointer: m.Pointer,
		RTT: time.Duration(m.RTT * float64(time.Millisecond)), Down: rateOf(m.Down), Up: rateOf(m.Up),
		Keyboard: m.Keyboard, KeyboardBy: m.KeyboardBy,
	}, nil
}

func rateOf(mbps float64) study.Bitrate { return study.Bitrate(math.Round(mbps * float64(study.Mbps))) }

func (m foundMessage) valid() bool {
	for _, word := range append([]string{m.Browser, m.System}, m.Lacks...) {
		if len(word) > longestWord || !plainWord(word) {
			return false
		}
	}
	for _, side := range []int{m.Screen[0], m.Screen[1], m.Window[0], m.Window[1]} {
		if side < 0 || side > largestSide {
			return false
		}
	}
	return len(m.Lacks) <= mostLacks && within(m.Scale, 100) && within(m.RTT, 600_000) && within(m.Down, 100_000) && within(m.Up, 100_000) &&
		(m.Keyboard == "" || keyboard.Named(m.Keyboard) != nil) && knownPointer[m.Pointer] && knownBy[m.KeyboardBy]
}

func within(x, most float64) bool { return x >= 0 && x <= most }

// plainWord reports whether a name has only letters, digits and signs that ASCII prints.
func plainWord(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

var (
	knownPointer = map[study.PointerKind]bool{"": true, study.FinePointer: true, study.CoarsePointer: true, study.NoPointer: true}
	knownBy      = map[study.KeyboardBy]bool{"": true, study.KeyboardByMap: true, study.KeyboardByKeys: true, study.KeyboardByChoice: true}
)
