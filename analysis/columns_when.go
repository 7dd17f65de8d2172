package analysis

import "vmstudy/study"

// whenLinked is n, which may be 0, if the attempt had a link; else missing.
func whenLinked(r attemptRow, n int64) Value {
	if r.Link == (study.LinkReport{}) {
		return Value{}
	}
	return Number(n)
}

// whenStreamed is n, which may be 0, if the attempt's machine was streamed; else missing.
func whenStreamed[N ~int64 | ~float64](r attemptRow, n N) Value {
	if r.Desktop.Strategy == "" && r.Desktop.Pages == 0 { // older attempts have no strategy on record
		return Value{}
	}
	return Number(n)
}

// whenInput is n, which may be 0, if the attempt counted inputs; else missing.
func whenInput(r attemptRow, n int64) Value {
	if r.Desktop.InputsBrought == 0 {
		return Value{}
	}
	return Number(n)
}

func clipboardWord(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

// whenShown is n, which may be 0, if the attempt counted what its screen sent; else missing.
func whenShown(r attemptRow, n int64) Value {
	if r.Desktop.Updates == 0 {
		return Value{}
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
