package bench

import (
	"encoding/json"
	"math"

	"vmstudy/bench/stat"
)

// Better says on which side of its bar a value is good.
type Better string

// The sides. The zero Better is for a value without a bar.
const (
	Lower  Better = "lower"
	Higher Better = "higher"
)

// A Row is one figure that was measured.
type Row struct {
	Name      string   // of the figure, as in rtt_mean_error: letters, digits and underscores
	Condition string   // under what it was measured, as in 7.2/120
	Unit      string   // as in ms, Mbps, %; empty for a pure number
	Set       *float64 // what the value should have been, in the same unit; nil if nothing was set
	Value     float64  // what was measured
	Bar       *float64 // what was promised, in the same unit; nil if nothing was
	Better    Better   // on which side of Bar a value keeps the promise, Bar itself included
	Peer      *float64 // the same figure for something else, measured in the same run; nil if none
	PeerName  string   // what Peer is, as in "loopback"
	OK        bool     // whether the promise was kept; true if nothing was promised
	N         int      // how many measurements Value is the median of; 0 if that is not told
	Low, High float64  // the smallest and the largest of them
}

// Told returns a Row without a bar.
func Told(value float64) Row { return judged(Row{Value: value}) }

// AtMost returns a Row whose value must not be above bar.
func AtMost(bar, value float64) Row { return judged(Row{Value: value, Bar: &bar, Better: Lower}) }

// AtLeast returns a Row whose value must not be below bar.
func AtLeast(bar, value float64) Row { return judged(Row{Value: value, Bar: &bar, Better: Higher}) }

// As names a Row.
func (r Row) As(name, condition, unit string) Row {
	r.Name, r.Condition, r.Unit = name, condition, unit
	return r
}

// Against adds what the value should have been.
func (r Row) Against(set float64) Row {
	r.Set = &set
	return r
}

// Beside adds the same figure for something else that was measured in the same run.
func (r Row) Beside(peer float64, name string) Row {
	r.Peer, r.PeerName = &peer, name
	return r
}

// Of adds how many measurements the value is the median of, and their range.
func (r Row) Of(measured []float64) Row {
	r.N = len(measured)
	r.Low, r.High = stat.Range(measured)
	return r
}

// judged sets OK. A value that is not a number (NaN or infinite) is never OK, not even without a bar.
func judged(r Row) Row {
	r.OK = !math.IsNaN(r.Value) && !math.IsInf(r.Value, 0)
	if r.OK && r.Bar != nil {
		r.OK = r.Better == Lower && r.Value <= *r.Bar || r.Better == Higher && r.Value >= *r.Bar
	}
	return r
}

// MarshalJSON implements json.Marshaler. What is absent, NaN or infinite is written as null.
func (r Row) MarshalJSON() ([]byte, error) {
	var name *string
	if r.PeerName != "" {
		name = &r.PeerName
	}
	d := rowDoc{
		Name: r.Name, Condition: r.Condition, Unit: r.Unit, Set: finite(r.Set), Value: finite(&r.Value), Bar: finite(r.Bar),
		Better: r.Better, Peer: finite(r.Peer), PeerName: name, OK: r.OK, N: r.N,
	}
	if r.N > 0 {
		d.Low, d.High = finite(&r.Low), finite(&r.High)
	}
	return json.Marshal(d)
}

// UnmarshalJSON implements json.Unmarshaler. A value that is null becomes NaN.
func (r *Row) UnmarshalJSON(text []byte) error {
	var d rowDoc
	if err := json.Unmarshal(text, &d); err != nil {
		return err
	}
	*r = Row{
		Name: d.Name, Condition: d.Condition, Unit: d.Unit, Set: d.Set, Value: math.NaN(), Bar: d.Bar,
		Better: d.Better, Peer: d.Peer, OK: d.OK, N: d.N,
	}
	if d.N > 0 && d.Low != nil && d.High != nil {
		r.Low, r.High = *d.Low, *d.High
	}
	if d.Value != nil {
		r.Value = *d.Value
	}
	if d.PeerName != nil {
		r.PeerName = *d.PeerName
	}
	return nil
}

// rowDoc is a Row as JSON spells it.
type rowDoc struct {
	Name      string   `json:"name"`
	Condition string   `json:"condition"`
	Unit      string   `json:"unit"`
	Set       *float64 `json:"set"`
	Value     *float64 `json:"value"`
	Bar       *float64 `json:"bar"`
	Better    Better   `json:"better"`
	Peer      *float64 `json:"peer"`
	PeerName  *string  `json:"peer_name"`
	OK        bool     `json:"ok"`
	N         int      `json:"n,omitempty"`
	Low       *float64 `json:"low,omitempty"`
	High      *float64 `json:"high,omitempty"`
}

// finite returns x, or nil if JSON cannot express it.
func finite(x *float64) *float64 {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return nil
	}
	return x
}
