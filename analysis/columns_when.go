package analysis

import (
	"math"

	"vmstudy/study"
)

// whenever is Unknown if there was something to record, and nothing if not.
func whenever(was bool) Value {
	if was {
		return Unknown
	}
	return Value{}
}

// seen reports whether the attempt showed its desktop.
func (r attemptRow) seen() bool { return !r.StartedAt.IsZero() }

// whenLink is v if the attempt's access method uses a network; else nothing.
func whenLink(r attemptRow, v Value) Value {
	if !r.trial.Condition.Method.Networked() {
		return Value{}
	}
	return v
}

// whenSet is a setting of the network, which may be 0; nothing for local.
func whenSet(r attemptRow, n float64) Value { return whenLink(r, Number(n)) }

// setRate is a bandwidth as it was set, where no trace took its place; nothing for local.
func setRate(r attemptRow, b study.Bitrate, trace string) Value {
	switch {
	case trace != "":
		return Value{}
	case b == 0:
		return whenLink(r, Unlimited)
	}
	return whenLink(r, Number(b.Mbps()))
}

// whenLinked is n, which may be 0, if the attempt's link reported; Unknown if it did not; nothing for local.
func whenLinked(r attemptRow, n int64) Value {
	if r.Link == (study.LinkReport{}) {
		return whenLink(r, Unknown)
	}
	return Number(n)
}

// whenStream is v if the attempt's machine was streamed; else nothing.
func whenStream(r attemptRow, v Value) Value {
	if r.Desktop.Strategy == "" && r.Desktop.Pages == 0 { // older attempts have no strategy on record
		return Value{}
	}
	return v
}

// whenStreamed is n, which may be 0, if the attempt's machine was streamed; else nothing.
func whenStreamed[N ~int64 | ~float64](r attemptRow, n N) Value { return whenStream(r, Number(n)) }

// whenInput is n, which may be 0, if inputs of the attempt were counted. An attempt that counted none cannot be told from one
// that is older than this count.
func whenInput(r attemptRow, n int64) Value {
	if r.Desktop.InputsBrought == 0 {
		return whenever(r.seen())
	}
	return Number(n)
}

func clipboardWord(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

// whenShown is n, which may be 0, if the attempt counted what its screen sent.
func whenShown(r attemptRow, n int64) Value {
	if r.Desktop.Updates == 0 {
		return whenever(r.seen())
	}
	return Number(n)
}

// whenFar returns a word about the screen of a far machine; nothing for other access methods.
func whenFar(r attemptRow, word string) Value {
	if r.trial.Condition.Method != study.VNC {
		return Value{}
	}
	return Text(word)
}

// whenMoving returns a number about the move of a machine, as it was set; nothing if it was to stay.
func whenMoving(r attemptRow, n float64) Value {
	if r.trial.Condition.Moves == study.NoMove {
		return Value{}
	}
	return Number(n)
}

// whenMoved returns a count about the moves of a machine; nothing if it did not move.
func whenMoved(r attemptRow, n int64) Value {
	if r.Desktop.Moved == 0 {
		return Value{}
	}
	return Number(n)
}

// percent is a share in percent, without the noise of binary fractions.
func percent(share float64) float64 { return math.Round(share*1e9) / 1e7 }
