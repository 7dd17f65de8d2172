package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/view"
)

// networkFields are the form fields of a network; the form has each of them once for each network.
// The last one, net-id, connects phases with their network.
var networkFields = []string{
	"net-name", "net-down", "net-up", "net-rtt", "net-jitter", "net-loss", "net-queue",
	"net-trace-down", "net-trace-up", "net-overhead", "net-shape", "net-order", "net-burst",
	"net-duplicate", "net-reorder", "net-unit", "net-discipline", "net-congestion", "net-repeat", "net-id",
}

// phaseFields are the form fields of a phase. The first one, phase-net, has the net-id of the
// phase's network.
var phaseFields = []string{
	"phase-net", "phase-from", "phase-for", "phase-what", "phase-down", "phase-up", "phase-rtt", "phase-jitter", "phase-loss",
}

// Values of the fields that are choices. The first choice of each has the empty value.
const (
	overtakes = "overtake" // net-order
	inBytes   = "bytes"    // net-unit
	outage    = "outage"   // phase-what
)

func addNetworkFields(in url.Values, n study.NamedNetwork) {
	v, id := n.Network, strconv.Itoa(len(in["net-name"]))
	queue, unit := v.Queue, ""
	if v.QueueBytes > 0 {
		queue, unit = v.QueueBytes, inBytes
	}
	row := []string{
		n.Name, decimal(v.Down.Mbps()), decimal(v.Up.Mbps()),
		decimal(milliseconds(v.RTT)), decimal(milliseconds(v.Jitter)), decimal(v.Loss * 100), strconv.Itoa(queue),
		v.TraceDown, v.TraceUp, orNothing(float64(v.Overhead)), string(v.Shape), ifSo(v.Overtake, overtakes), orNothing(v.Burst),
		orNothing(v.Duplicate * 100), orNothing(v.Reorder * 100), unit, string(v.Discipline), string(v.Congestion), orNothing(v.Schedule.Repeat.Seconds()), id,
	}
	for i, field := range networkFields {
		in.Add(field, row[i])
	}
	for _, p := range v.Schedule.Phases {
		addPhaseFields(in, id, v, p)
	}
}

// addPhaseFields adds the fields of a phase of n. A value that the phase shares with n stays empty.
func addPhaseFields(in url.Values, id string, n study.Network, p study.Phase) {
	row := []string{id, decimal(p.From.Seconds()), decimal(p.For.Seconds()), ifSo(p.Outage, outage), "", "", "", "", ""}
	if !p.Outage {
		for i, value := range []struct{ is, base float64 }{
			{p.Down.Mbps(), n.Down.Mbps()},
			{p.Up.Mbps(), n.Up.Mbps()},
			{milliseconds(p.RTT), milliseconds(n.RTT)},
			{milliseconds(p.Jitter), milliseconds(n.Jitter)},
			{p.Loss * 100, n.Loss * 100},
		} {
			if value.is != value.base {
				row[4+i] = decimal(value.is)
			}
		}
	}
	for i, field := range phaseFields {
		in.Add(field, row[i])
	}
}

// orNothing writes x; 0 becomes an empty text.
func orNothing(x float64) string {
	if x == 0 {
		return ""
	}
	return decimal(x)
}

func ifSo(is bool, value string) string {
	if is {
		return value
	}
	return ""
}

// readNetworks reads the networks. It skips empty rows.
func readNetworks(in url.Values, bad faults) []study.NamedNetwork {
	var all []study.NamedNetwork
	for i := range in["net-name"] {
		if emptyNetwork(in, i) {
			continue
		}
		row := networkRow(in, i)
		key := networkFault(i)
		if !storable(row[0]) {
			bad.add(key, "the name has characters that cannot be stored")
		}
		all = append(all, study.NamedNetwork{Name: row[0], Network: readNetwork(in, row, key, bad)})
	}
	return all
}

func readNetwork(in url.Values, row []string, key string, bad faults) study.Network {
	n := study.Network{
		Down: readRate(row[1], key, bad), Up: readRate(row[2], key, bad), RTT: readDuration(row[3], time.Millisecond, key, bad),
		Jitter: readDuration(row[4], time.Millisecond, key, bad), Loss: readPercent(row[5], key, bad),
		TraceDown: readName(row[7], key, bad), TraceUp: readName(row[8], key, bad), Overhead: int(readWhole(row[9], key, bad)),
		Shape: study.JitterShape(readName(row[10], key, bad)), Overtake: row[11] == overtakes, Burst: readNumber(row[12], key, bad),
		Duplicate: readPercent(row[13], key, bad), Reorder: readPercent(row[14], key, bad), Discipline: study.QueueRule(readName(row[16], key, bad)),
		Congestion: study.CongestionControl(readName(row[17], key, bad)),
		Schedule:   study.Schedule{Repeat: readDuration(row[18], time.Second, key, bad)},
	}
	switch queue := int(readCount(row[6], key, bad)); row[15] {
	case inBytes:
		n.QueueBytes = queue
	default:
		n.Queue = queue
	}
	for i := range in["phase-net"] {
		if p := fieldsOf(in, phaseFields, i); p[0] == row[19] && !isEmpty(p[1:]) {
			n.Schedule.Phases = append(n.Schedule.Phases, readPhase(n, p, key, bad))
		}
	}
	return n
}

// readPhase reads a phase of n. An empty field means the value of n.
func readPhase(n study.Network, row []string, key string, bad faults) study.Phase {
	p := study.Phase{
		From: readDuration(row[1], time.Second, key, bad), For: readDuration(row[2], time.Second, key, bad), Outage: row[3] == outage,
		Down: readRate(row[4], key, bad), Up: readRate(row[5], key, bad), RTT: readDuration(row[6], time.Millisecond, key, bad),
		Jitter: readDuration(row[7], time.Millisecond, key, bad), Loss: readPercent(row[8], key, bad),
	}
	if p.Outage {
		return p // keeps values beside the outage, which checkDesign then refuses
	}
	for column, keep := range map[int]func(){
		4: func() { p.Down = n.Down }, 5: func() { p.Up = n.Up }, 6: func() { p.RTT = n.RTT },
		7: func() { p.Jitter = n.Jitter }, 8: func() { p.Loss = n.Loss },
	} {
		if row[column] == "" {
			keep()
		}
	}
	return p
}

// readName reads a name. A text that cannot be stored becomes "" and has a fault.
func readName(text, key string, bad faults) string {
	if !storable(text) {
		bad.add(key, "a choice has characters that cannot be stored")
		return ""
	}
	return text
}

// readCount reads a whole number that may be larger than mostNumber, such as a number of bytes.
func readCount(text, key string, bad faults) float64 {
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return float64(n)
	}
	return readWhole(text, key, bad)
}

// networkRow returns the i-th network's fields in the order of networkFields.
func networkRow(in url.Values, i int) []string { return fieldsOf(in, networkFields, i) }

// fieldsOf returns the i-th value of each field.
func fieldsOf(in url.Values, fields []string, i int) []string {
	row := make([]string, len(fields))
	for c, field := range fields {
		if i < len(in[field]) {
			row[c] = strings.TrimSpace(in[field][i])
		}
	}
	return row
}

// emptyNetwork reports whether nothing was typed into the i-th network.
func emptyNetwork(in url.Values, i int) bool {
	row := networkRow(in, i)
	return isEmpty(row[:len(row)-1])
}

func isEmpty(row []string) bool {
	return !slices.ContainsFunc(row, func(field string) bool { return field != "" })
}

// networkRows returns the rows of the form, at least one, as they were typed.
func networkRows(in url.Values, bad faults) []view.NetworkRow {
	var rows []view.NetworkRow
	for i := range max(1, len(in["net-name"])) {
		v := networkRow(in, i)
		if v[19] == "" {
			v[19] = strconv.Itoa(i)
		}
		row := view.NetworkRow{
			Name: v[0], Down: v[1], Up: v[2], RTT: v[3], Jitter: v[4], Loss: v[5], Queue: v[6],
			TraceDown: v[7], TraceUp: v[8], Overhead: v[9], Shape: v[10], Order: v[11], Burst: v[12],
			Duplicate: v[13], Reorder: v[14], Unit: v[15], Discipline: v[16], Congestion: v[17], Repeat: v[18], ID: v[19],
			Key: networkFault(i), Drop: dropNetwork + strconv.Itoa(i), AddPhase: addPhase + strconv.Itoa(i),
		}
		for j := range in["phase-net"] {
			if p := fieldsOf(in, phaseFields, j); p[0] == row.ID {
				row.Phases = append(row.Phases, phaseRow(p, j))
			}
		}
		row.More = !isEmpty(v[7:19]) || len(row.Phases) > 0
		row.Open = row.More && bad[row.Key] != "" || strings.TrimPrefix(in.Get("do"), addPhase) == strconv.Itoa(i)
		if len(row.Phases) == 0 {
			row.Phases = []view.PhaseRow{phaseRow(append([]string{row.ID}, make([]string, len(phaseFields)-1)...), -1)}
		}
		rows = append(rows, row)
	}
	return rows
}

func phaseRow(v []string, i int) view.PhaseRow {
	return view.PhaseRow{
		Net: v[0], From: v[1], For: v[2], What: v[3], Down: v[4], Up: v[5], RTT: v[6], Jitter: v[7], Loss: v[8],
		Drop: dropPhase + strconv.Itoa(i),
	}
}

// editNetworks returns the fields after a button has added or removed a network or a phase.
func editNetworks(in url.Values, do string) url.Values {
	out := url.Values{}
	for field, values := range in {
		out[field] = slices.Clone(values)
	}
	row := func(prefix string) (int, bool) {
		i, err := strconv.Atoi(strings.TrimPrefix(do, prefix))
		return i, err == nil && strings.HasPrefix(do, prefix) && i >= 0
	}
	switch {
	case do == addNetwork:
		addRow(out, networkFields, map[string]string{"net-id": newID(in)})
	case strings.HasPrefix(do, addPhase):
		if i, ok := row(addPhase); ok && i < len(in["net-name"]) {
			row := networkRow(in, i)
			addRow(out, phaseFields, map[string]string{"phase-net": row[len(row)-1]})
		}
	case strings.HasPrefix(do, dropPhase):
		if i, ok := row(dropPhase); ok {
			dropRow(out, phaseFields, i)
		}
	default:
		if i, ok := row(dropNetwork); ok {
			dropRow(out, networkFields, i)
		}
	}
	return out
}

// newID returns a net-id that no network of the form has.
func newID(in url.Values) string {
	for i := len(in["net-id"]); ; i++ {
		if id := strconv.Itoa(i); !has(in["net-id"], id) {
			return id
		}
	}
}

func addRow(in url.Values, fields []string, values map[string]string) {
	for _, field := range fields {
		in[field] = append(in[field], values[field])
	}
}

func dropRow(in url.Values, fields []string, i int) {
	for _, field := range fields {
		if i < len(in[field]) {
			in[field] = slices.Delete(in[field], i, i+1)
		}
	}
}
