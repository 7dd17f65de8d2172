package lab

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/view"
)

// The form has lists of rows: networks, and networks[0].phases. Buttons of the form add a row to a list or drop a row.
const (
	addRow  = "add "  // followed by the path of a list
	dropRow = "drop " // followed by the path of a row
)

// editsRows reports whether a button adds or removes rows of the form, or keeps one of them elsewhere, and does not store the form.
func editsRows(do string) bool {
	return strings.HasPrefix(do, addRow) || strings.HasPrefix(do, dropRow) || strings.HasPrefix(do, keepNetwork)
}

// edited returns the fields of a design without empty rows, changed as the pressed button asks.
func edited(in url.Values) url.Values {
	do := in.Get("do")
	in = maps.Clone(in)
	if row, is := strings.CutPrefix(do, dropRow); is {
		maps.DeleteFunc(in, func(field string, _ []string) bool { return strings.HasPrefix(field, row+".") })
	}
	in = document.Tidy(in)
	if list, is := strings.CutPrefix(do, addRow); is {
		at := row(list, rows(in, list)) + "."
		in.Set(at, "") // a field without a name: only the page sees the row
		if p, err := study.ProfileNamed(in.Get(profileField)); err == nil && list == "networks" {
			for field, value := range networkFields(study.NamedNetwork{Name: p.Name, Network: p.Network}) {
				in.Set(at+field, value)
			}
		} else if list == "networks" {
			for field, value := range reused(in.Get(profileField)) {
				in.Set(at+field, value)
			}
		}
	}
	return in
}

// profileField says which network a new row has the values of: a well-known one by its name, or one of another study by its fields as JSON; empty for none.
const profileField = "profile"

// networkFields returns the values of a network, by the names of their fields.
func networkFields(n study.NamedNetwork) map[string]string {
	values := map[string]string{}
	for field, v := range document.WriteForm(study.Design{Networks: []study.NamedNetwork{n}}) {
		values[strings.TrimPrefix(field, "networks[0].")] = v[0]
	}
	return values
}

// reused reads the fields of a network as JSON; none if they are no such thing. They are fields of the same form, so that nothing comes in here which
// could not be typed.
func reused(values string) map[string]string {
	fields := map[string]string{}
	if json.Unmarshal([]byte(values), &fields) != nil {
		return nil
	}
	return fields
}

// profileChoices lists the well-known networks, each with its values for the page's script.
func profileChoices() (all []view.ProfileChoice) {
	for _, p := range study.Profiles() {
		values, _ := json.Marshal(networkFields(study.NamedNetwork{Name: p.Name, Network: p.Network})) // strings can be written
		all = append(all, view.ProfileChoice{Name: p.Name, About: p.About, Setting: p.Network.String(), Values: string(values)})
	}
	return all
}

// mostReused networks of other studies are offered, those of the newest studies.
const mostReused = 60

// reusedNetworks lists the networks of studies, each setting once: what somebody has made for one study is there for the next. The studies
// must be such as the reader may see, for their titles are shown.
func reusedNetworks(studies []study.Study) (all []view.ReusedNetwork) {
	seen := map[string]bool{}
	for _, p := range profileChoices() {
		seen[p.Values] = true
	}
	for _, st := range studies {
		for _, n := range st.Draft.Networks {
			values, _ := json.Marshal(networkFields(n)) // strings can be written
			if seen[string(values)] || n.Name == "" || len(all) == mostReused {
				continue
			}
			seen[string(values)] = true
			all = append(all, reusedNetwork(n, n.Name+": "+n.Network.String()+" ("+st.Draft.Name()+")"))
		}
	}
	return all
}

// reusedNetwork offers the values of n to a new network.
func reusedNetwork(n study.NamedNetwork, label string) view.ReusedNetwork {
	values, _ := json.Marshal(networkFields(n)) // strings can be written
	return view.ReusedNetwork{Label: label, Values: string(values), Phased: len(n.Network.Schedule.Phases) > 0}
}

// row is the path of the i-th row of a list.
func row(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// rows counts the rows of a list.
func rows(in url.Values, list string) int {
	n := 0
	for field := range in {
		rest, is := strings.CutPrefix(field, list+"[")
		number, _, closed := strings.Cut(rest, "].")
		if i, err := strconv.Atoi(number); is && closed && err == nil {
			n = max(n, i+1)
		}
	}
	return n
}

// firstValues are the fields in the first row of a network. The others are behind "More".
var firstValues = []string{"name", "down_mbps", "up_mbps", "rtt_ms", "jitter_ms", "loss_percent", "queue_packets"}

// networkRows returns the rows of the networks, at least one, as they were typed.
func networkRows(in url.Values, bad faults) (all []view.NetworkRow) {
	for i := range max(1, rows(in, "networks")) {
		at := row("networks", i)
		n := view.NetworkRow{Number: i + 1, At: at, Drop: dropRow + at, Keep: keepNetwork + at, AddPhase: addRow + at + ".phases"}
		for field, values := range in {
			if name, is := strings.CutPrefix(field, at+"."); is && name != "" && values[0] != "" && !slices.Contains(firstValues, name) {
				n.More = true
			}
		}
		for p := range max(1, rows(in, at+".phases")) {
			path := row(at+".phases", p)
			n.Phases = append(n.Phases, view.PhaseRow{At: path, Drop: dropRow + path})
		}
		n.Open = n.More && bad.within(at+".") || in.Get("do") == n.AddPhase
		all = append(all, n)
	}
	return all
}
