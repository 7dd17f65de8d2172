package visit

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"vmstudy/keyboard"
	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/view"
)

// A study may look at a participant's computer before it asks for their consent. The page with the look finds out what there is,
// and asks the server what it lacks (CheckComputer), which stores nothing of it. If nothing is lacking, the page keeps what it found in its
// tab and goes on to the consent, whose form has it in a hidden field. So it is stored with the consent, or never.

// checkedParam is in the address of the page with the consent, for who comes from the look.
const checkedParam = "checked"

// errLookedAt is why nothing is looked at any more.
var errLookedAt = study.Refuse(study.ErrConflict, "Your computer has been looked at before.")

// errNotLookedAt is why a consent is not taken.
var errNotLookedAt = study.Refuse(study.ErrConflict, "Please let the page look at your computer first.")

// mustLook reports whether the page of v's step is the look at the computer.
func (s *Server) mustLook(v study.Session, re reply) bool {
	return v.Step().Kind == study.StepConsent && v.Version.Design.Preflight.Check && !re.checked && re.preview == ""
}

// showPreflight answers with the page that looks at the computer.
func (s *Server) showPreflight(w http.ResponseWriter, r *http.Request, code int, v study.Session, re reply) error {
	t := catalogue.From(r.Context())
	now := stepView(t, v, re)
	m := view.Preflight{Study: spoken(v).Version.Design.Title.String(), Session: int64(v.ID), Layouts: layoutChoices(t), Prints: prints()}
	p := s.VisitPage(t.Say("A look at your computer"))
	p.Session, p.Languages, p.Stop = int64(v.ID), languageForms(v), stopPath(v.ID)
	p.Scripts = []string{"visit/preflight.js"}
	return s.Render(w, r, code, view.PreflightPage(p, now, m))
}

// prints is what is printed on the keys of each layout.
func prints() map[string]view.Prints {
	all := map[string]view.Prints{}
	for _, l := range keyboard.Layouts() {
		all[l.Name] = l.Prints()
	}
	return all
}

// layoutChoices are the layouts of keyboards, named in the participant's language.
func layoutChoices(t catalogue.Tongue) []view.Choice {
	names := map[string]string{
		"us": t.Say("English (US)"), "gb": t.Say("English (UK)"), "de": t.Say("German"), "fr": t.Say("French"),
	}
	all := []view.Choice{{Label: t.Say("another one, or I do not know")}}
	for _, l := range keyboard.Layouts() {
		all = append(all, view.Choice{Value: l.Name, Label: names[l.Name]})
	}
	return all
}

// verdictMessage is what a page is told of the computer that it has looked at.
type verdictMessage struct {
	Passed bool     `json:"passed"`
	Lacks  []string `json:"lacks"` // sentences: what is lacking, and what to do
	Notes  []string `json:"notes"` // sentences about what is as it is
}

// errNotMeasured is what a page is told that could not find out how it reaches the server, if the study asks for that.
var errNotMeasured = study.Refuse(study.ErrConflict, "The connection could not be measured. Please check again in a minute.")

// refusals remembers which shortfalls of which session are counted. It forgets a session that was not looked at for a day, and a server that starts
// anew has forgotten all.
type refusals struct {
	mu      sync.Mutex
	counted map[study.SessionID]counted
}

// counted has what is counted for a session, and when it was looked at last.
type counted struct {
	lacks []study.Shortfall
	at    time.Time
}

// refusalsLast is for how long nothing is counted twice.
const refusalsLast = 24 * time.Hour

// fresh returns those of lacks that are not counted for a session, and notes that they are.
func (c *refusals) fresh(now time.Time, id study.SessionID, lacks []study.Shortfall) (fresh []study.Shortfall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.counted, func(_ study.SessionID, x counted) bool { return now.Sub(x.at) >= refusalsLast })
	before := c.counted[id].lacks
	for _, l := range lacks {
		if !slices.Contains(before, l) {
			fresh = append(fresh, l)
		}
	}
	if len(lacks) > 0 {
		if c.counted == nil {
			c.counted = map[study.SessionID]counted{}
		}
		c.counted[id] = counted{slices.Concat(before, fresh), now}
	}
	return fresh
}

// notCounted takes back that shortfalls are counted for a session.
func (c *refusals) notCounted(id study.SessionID, lacks []study.Shortfall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x := c.counted[id]
	left := slices.DeleteFunc(slices.Clone(x.lacks), func(l study.Shortfall) bool { return slices.Contains(lacks, l) })
	c.counted[id] = counted{left, x.at}
}

// CheckComputer says what a computer lacks. It stores nothing of it, and counts what is lacking once for each session.
func (s *Server) CheckComputer(w http.ResponseWriter, r *http.Request, v study.Session) error {
	if v.Step().Kind != study.StepConsent {
		return errLookedAt
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return errFound
	}
	found, err := readFound(string(text))
	if err != nil {
		return err
	}
	t, p := catalogue.From(r.Context()), v.Version.Design.Preflight
	if !found.Empty() && p.Unmeasured(found) {
		return errNotMeasured
	}
	lacks := p.Judge(found)
	if fresh := s.refusals.fresh(s.Now(), v.ID, lacks); len(fresh) > 0 {
		if err := s.store.CountRefused(r.Context(), v.Study, fresh); err != nil {
			s.refusals.notCounted(v.ID, fresh)
			return err
		}
	}
	m := verdictMessage{Passed: len(lacks) == 0, Lacks: []string{}, Notes: []string{}}
	for _, l := range lacks {
		m.Lacks = append(m.Lacks, shortfallWords(t, l, p, found))
	}
	if missing := s.missingSigns(r, v, found); missing != "" {
		m.Notes = append(m.Notes, t.Say("These signs of your keyboard cannot be typed in the desktop, because its keyboard does not have them: %s", missing))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(m)
}

// missingSigns returns the signs of the participant's keyboard that a desktop of the study does not have, with spaces between them.
func (s *Server) missingSigns(r *http.Request, v study.Session, f study.Found) string {
	hand := keyboard.Named(f.Keyboard)
	if hand == nil {
		return ""
	}
	var missing []string
	for _, appliance := range v.Version.Design.Appliances() {
		guest := keyboard.Named(s.layout(r.Context(), appliance))
		if guest == nil {
			continue
		}
		for _, sign := range keyboard.Missing(hand, guest) {
			if !slices.Contains(missing, string(sign)) {
				missing = append(missing, string(sign))
			}
		}
	}
	return strings.Join(missing, " ")
}

// shortfallWords says what a computer lacks, and what its owner can do.
func shortfallWords(t catalogue.Tongue, l study.Shortfall, p study.Preflight, f study.Found) string {
	switch l {
	case study.LacksFeatures:
		return t.Say("This browser lacks what the desktop needs: %s. Please open your personal link in a present version of Chrome, Edge, Firefox or Safari.", strings.Join(f.Lacks, ", "))
	case study.LacksSecurity:
		return t.Say("This page did not come in a secure way, so the browser keeps from it what the study needs. Please open the address with https, or ask the person who gave you the link.")
	case study.LacksPointer:
		return t.Say("The study needs a mouse or a touchpad, and this computer seems to have none. Please connect one and check again, or open your personal link on another computer.")
	case study.LacksWindow:
		return t.Say("The page has room for %d × %d points, and the study needs %d × %d. Make the window as large as the screen, or make the page smaller with Ctrl and the minus key; then check again.", f.Window.W, f.Window.H, p.Width, p.Height)
	case study.LacksDownlink:
		return t.Say("From our server to you pass %s Mbps, and the study needs %s. Please end what else uses your connection, or use a cable in place of Wi-Fi; then check again.", mbpsWords(f.Down), mbpsWords(p.Down))
	case study.LacksUplink:
		return t.Say("From you to our server pass %s Mbps, and the study needs %s. Please end what else uses your connection, or use a cable in place of Wi-Fi; then check again.", mbpsWords(f.Up), mbpsWords(p.Up))
	case study.LacksNearness:
		return t.Say("The way to our server and back takes %d ms, and the study needs at most %d. Please use a cable in place of Wi-Fi, or switch off a VPN; then check again.", f.RTT.Milliseconds(), p.RTT.Milliseconds())
	default:
		return t.Say("The page could not look at your computer. Please load it again.")
	}
}

func mbpsWords(b study.Bitrate) string { return fmt.Sprintf("%.1f", b.Mbps()) }
