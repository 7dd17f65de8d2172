package web

import (
	"math"
	"time"

	"vmstudy/study"
)

// rowMessage is a study.Interaction as a browser measures it, in microseconds. At is on the
// server's clock already; the other times are from At on.
type rowMessage struct {
	Number  int64           `json:"number"`
	Kind    study.InputKind `json:"kind"`
	At      number          `json:"at"`
	Sent    number          `json:"sent"`
	Arrived number          `json:"arrived"`
	Drawn   number          `json:"drawn"`
	Machine number          `json:"machine"`
	Bytes   int64           `json:"bytes"`
	Area    int64           `json:"area"`
}

// What a row may say. Nothing that a true measurement can be is refused; what is refused
// cannot be one.
const (
	maxRows   = 200             // in a batch
	maxNumber = 1<<53 - 1       // what JavaScript holds exactly
	maxSpan   = 3 * time.Hour   // of any duration: longer than any trial
	maxBytes  = 1 << 32         // of an update
	maxArea   = 1 << 32         // of an update, in pixels: RFB's coordinates have 16 bits
	clockSlop = 2 * time.Second // by which an input may seem older than its attempt, or not to have happened yet
)

// interactions checks the rows of a batch and puts them into the words of a study. asked is
// when the attempt was begun, now the time.
func interactions(rows []rowMessage, asked, now time.Time) ([]study.Interaction, error) {
	if len(rows) == 0 || len(rows) > maxRows {
		return nil, bad("a batch of %d rows: it has 1 to %d", len(rows), maxRows)
	}
	all := make([]study.Interaction, len(rows))
	for i, r := range rows {
		if err := r.check(); err != nil {
			return nil, err
		}
		if all[i] = r.interaction(); all[i].At.Before(asked.Add(-clockSlop)) || all[i].At.After(now.Add(clockSlop)) {
			return nil, bad("row %d happened at %v, outside its attempt", r.Number, all[i].At)
		}
	}
	return all, nil
}

func (r rowMessage) check() error {
	switch {
	case r.Number < 1 || r.Number > maxNumber:
		return bad("row number %d", r.Number)
	case !r.Kind.Valid():
		return bad("row %d is of unknown kind", r.Number)
	case r.At < 0 || r.At > maxNumber:
		return bad("row %d at %g", r.Number, r.At)
	case r.Bytes < 0 || r.Bytes > maxBytes || r.Area < 0 || r.Area > maxArea:
		return bad("row %d answered by %d bytes on %d pixels", r.Number, r.Bytes, r.Area)
	case r.Arrived == 0 && r.Drawn != 0, r.Arrived != 0 && r.Arrived < r.Sent, r.Drawn != 0 && r.Drawn < r.Arrived:
		return bad("row %d has its times out of order", r.Number)
	}
	for _, span := range []number{r.Sent, r.Arrived, r.Drawn, r.Machine} {
		if span < 0 || span > number(maxSpan.Microseconds()) {
			return bad("row %d took %g µs", r.Number, span)
		}
	}
	return nil
}

func (r rowMessage) interaction() study.Interaction {
	span := func(n number) time.Duration { return time.Duration(math.Round(float64(n) * 1000)) }
	return study.Interaction{
		Number: r.Number, Kind: r.Kind, At: time.UnixMicro(int64(r.At)).UTC(),
		Sent: span(r.Sent), Arrived: span(r.Arrived), Drawn: span(r.Drawn), Machine: span(r.Machine),
		Bytes: r.Bytes, Area: r.Area,
	}
}
