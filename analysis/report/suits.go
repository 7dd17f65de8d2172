package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// A plane is the networks of a design by their round trip and bandwidth, and two access methods that are compared in them.
type plane struct {
	a, b     study.Access // a difference is that of a less that of b
	at       [2]int       // the places of a and b among the methods of the design, from 1
	networks []study.NamedNetwork
	rtts     []time.Duration
	rates    []string // of bandwidths towards the participant
	settings map[string][]Setting
}

// planes returns a plane for each pair of access methods that meet in two networks or more.
func planes(d study.Design) (all []plane) {
	l := laid(d, d.Conditions(), accessAt)
	type key struct{ a, b string }
	at := map[key]int{}
	for _, s := range l.Settings {
		for _, p := range s.Pairs {
			a, b := s.Conditions[p.A], s.Conditions[p.B]
			k := key{a.Access.Level(), b.Access.Level()}
			i, there := at[k]
			if !there {
				i = len(all)
				at[k], all = i, append(all, plane{a: a.Access, b: b.Access, at: [2]int{placeOf(d, a.Access), placeOf(d, b.Access)}, settings: map[string][]Setting{}})
			}
			all[i].add(a.Network, Setting{Label: s.Label, Conditions: []study.Condition{a, b}})
		}
	}
	all = slices.DeleteFunc(all, func(p plane) bool { return len(p.networks) < 2 })
	for _, p := range all {
		slices.Sort(p.rtts)
		slices.SortStableFunc(p.rates, func(a, b string) int { return cmp.Compare(p.rate(a), p.rate(b)) })
	}
	return all
}

// placeOf is the place of an access method in a design, from 1.
func placeOf(d study.Design, a study.Access) int {
	return 1 + slices.IndexFunc(d.Methods, func(m study.Access) bool { return m.Level() == a.Level() })
}

func (p *plane) add(n study.NamedNetwork, s Setting) {
	if p.settings[n.Name] == nil {
		p.networks = append(p.networks, n)
		if !slices.Contains(p.rtts, n.Network.RTT) {
			p.rtts = append(p.rtts, n.Network.RTT)
		}
		if r := rateName(n.Network); !slices.Contains(p.rates, r) {
			p.rates = append(p.rates, r)
		}
	}
	p.settings[n.Name] = append(p.settings[n.Name], s)
}

// rateName is what a bandwidth towards the participant is called.
func rateName(n study.Network) string {
	switch {
	case n.TraceDown != "":
		return "trace " + n.TraceDown
	case n.Down == 0:
		return "unlimited"
	}
	return strconv.FormatFloat(n.Down.Mbps(), 'g', -1, 64) + " Mbps"
}

// rate is the bandwidth that is called so, for the order: traces come first, and what is unlimited last.
func (p plane) rate(name string) study.Bitrate {
	for _, n := range p.networks {
		if rateName(n.Network) == name && n.Network.TraceDown == "" {
			if n.Network.Down == 0 {
				return 1 << 62
			}
			return n.Network.Down
		}
	}
	return 0
}

// observed returns, for people who have a value of both methods in a setting of a network, the means of these over settings. So who lacks one task
// with one method is compared in the others. The others, who have values and no such setting, are left out.
func (p plane) observed(network string, of value, by map[string][]*Trial) (all []stat.Observation, left []stat.Dropped) {
	met := map[string][2]bool{} // of everybody with a value: with which method they have one
	compared := map[string]bool{}
	for _, s := range p.settings[network] {
		a, b := observed(by[s.Conditions[0].Code()], of, "a"), observed(by[s.Conditions[1].Code()], of, "b")
		own := map[string][2]bool{}
		for i, side := range [][]stat.Observation{a, b} {
			for _, o := range side {
				mine, ever := own[o.Participant], met[o.Participant]
				mine[i], ever[i] = true, true
				own[o.Participant], met[o.Participant] = mine, ever
			}
		}
		for _, o := range slices.Concat(a, b) {
			if own[o.Participant] == [2]bool{true, true} {
				all, compared[o.Participant] = append(all, o), true
			}
		}
	}
	for _, who := range slices.Sorted(maps.Keys(met)) {
		switch x := met[who]; {
		case compared[who]:
		case x[0] && x[1]:
			left = append(left, stat.Dropped{Participant: who, Why: "not both with one task"})
		case x[0]:
			left = append(left, stat.Dropped{Participant: who, Why: "no value with " + p.b.Level()})
		default:
			left = append(left, stat.Dropped{Participant: who, Why: "no value with " + p.a.Level()})
		}
	}
	return stat.Reduced(all, stat.Mean), left
}

// Suits shows in which networks which access method is rated better.
func Suits(d Data) Section {
	s := Section{ID: "suits", Title: "Which access method suits which network"}
	by := d.byCondition()
	for _, p := range planes(d.Design) {
		for _, r := range d.rated() {
			s.Figures = append(s.Figures, p.grid(r, by))
		}
	}
	if len(s.Figures) == 0 {
		return s
	}
	s.Lead = []string{"The difference within people between two access methods in each network, by its round trip and bandwidth as set. Tasks are taken together: each person has one mean of each method, over what they did with both."}
	s.Notes = []string{"The difference is " + ordinal.method() + ", 95 %. A cell is hatched and called undecided where the interval holds 0. A cell without an interval, since it has fewer than six people or all differences are equal, is not decided either. No interval is corrected for looking at several cells: of twenty cells without a difference, one would look decided."}
	for _, n := range d.Design.Networks {
		if plain := (study.Network{Down: n.Network.Down, Up: n.Network.Up, RTT: n.Network.RTT}); !n.Network.Equal(plain) {
			s.Notes = append(s.Notes, "Some networks differ in more than round trip and bandwidth, as in jitter or loss. Cells have their names.")
			break
		}
	}
	return s
}

// better says which sign of a difference is good for a, or, where nobody knows the good end of a scale, which method is higher.
func (p plane) better(r rated) (above, below string) {
	switch a, b := p.a.Level(), p.b.Level(); r.good {
	case lowEnd:
		return b + " better", a + " better"
	case highEnd:
		return a + " better", b + " better"
	default:
		return a + " higher", b + " higher"
	}
}

func (p plane) grid(r rated, by map[string][]*Trial) Figure {
	id := p.id("suits", r)
	title := fmt.Sprintf("%s: %s − %s", r.name, p.a.Level(), p.b.Level())
	g := figure.Grid{ID: "figure-" + id, Title: title, Across: "bandwidth towards the participant", Down: "round trip", Columns: p.rates}
	g.Above, g.Below = p.better(r)
	g.Series = [2]int{seriesOf(p.a.Method), seriesOf(p.b.Method)}
	if p.a.Method == p.b.Method {
		g.Series = [2]int{0, 1}
	}
	if r.good == lowEnd { // a colour stands for the method that is better
		slices.Reverse(g.Series[:])
	}
	var places map[string][2]int
	g.Rows, places = p.places()
	twin := Table{
		ID: "twin-" + id, Title: title,
		Columns: slices.Concat(texts("Network"), numbers("Round trip (ms)"), texts("Bandwidth"), differenceColumns("points")),
	}
	for _, n := range p.networks {
		obs, left := p.observed(n.Name, r.of, by)
		d := ordinal.difference(obs, "a", "b")
		d.A, d.B, d.Used.Dropped = p.a.Level(), p.b.Level(), left
		cell := figure.GridCell{
			Column: places[n.Name][0], Row: places[n.Name][1], Label: n.Name,
			Known: d.Known, Centre: d.Estimate, Limits: d.Interval, Note: fmt.Sprintf("n = %d", d.Used.N),
		}
		g.Cells = append(g.Cells, cell)
		row := []Cell{text(n.Name), number(float64(n.Network.RTT)/float64(time.Millisecond), 1), text(rateName(n.Network))}
		twin.Rows = append(twin.Rows, append(row, d.cells(2)...))
	}
	return Figure{ID: id, Title: title, Twin: twin, Draw: g.WriteSVG, Caption: "Difference within people, points, with its 95 % interval" + r.better() + "."}
}

// places returns the rows of the plane, and the column and the row of each network. Networks with the same round trip and bandwidth, which
// differ in something else, stand below each other.
func (p plane) places() (rows []string, at map[string][2]int) {
	at = map[string][2]int{}
	for _, rtt := range p.rtts {
		first := len(rows)
		rows = append(rows, fmt.Sprintf("%g ms", float64(rtt)/float64(time.Millisecond)))
		depth := map[string]int{}
		for _, n := range p.networks {
			if n.Network.RTT != rtt {
				continue
			}
			rate := rateName(n.Network)
			row := first + depth[rate]
			if row == len(rows) {
				rows = append(rows, "")
			}
			at[n.Name] = [2]int{slices.Index(p.rates, rate), row}
			depth[rate]++
		}
	}
	return rows, at
}

// id names what a plane says of a rating. Methods are named by their places in the design, from 1: two names may have the same letters of an address.
func (p plane) id(what string, r rated) string {
	return fmt.Sprintf("%s-%s-%d-%d", what, address(r.Instrument), p.at[0], p.at[1])
}
