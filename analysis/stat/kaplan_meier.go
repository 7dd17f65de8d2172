package stat

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Duration is how long something took one participant, or after what time it was cut off.
type Duration struct {
	Participant string
	Time        float64 // above 0, in whatever unit
	Censored    bool    // it had not ended by then, as at a time limit
}

// Survival is the share for whom something is not over yet, as time goes on.
type Survival struct {
	N        int
	Ended    int
	Censored int
	Steps    []Step   // at each time at which something ended, in order
	Median   *float64 // nil if more than half had not ended when the last was cut off
	Low      *float64 // of the interval of the median, nil if the lower curve does not come down to one half
	High     *float64 // likewise; nil means that no upper end is known, which is common
}

// A Step is what holds from Time to the next step. The share that is done is 1 - Left.
type Step struct {
	Time   float64
	AtRisk int // neither ended nor cut off before Time; who is cut off at Time is among them
	Ended  int
	Left   float64
	Limits *Interval // of Left, log-log; nil where Left is 0 and there is none
}

// KaplanMeier estimates the curve: Kaplan and Meier, Nonparametric estimation from incomplete observations (1958), with
// Greenwood's variance and log-log limits (Kalbfleisch and Prentice, 1980), as R's survfit(conf.type = "log-log"). The
// limits of the median are where those of the curve pass one half: Brookmeyer and Crowley, A confidence interval for the
// median survival time (1982). Each participant must be there once (ErrRepeated), with a time above 0
// (ErrOutOfScale); none gives ErrTooFew.
func KaplanMeier(times []Duration) (Survival, error) {
	if err := checkDurations(times); err != nil {
		return Survival{}, fmt.Errorf("kaplan-meier: %w", err)
	}
	order := slices.Clone(times)
	slices.SortStableFunc(order, func(a, b Duration) int { return cmp.Compare(a.Time, b.Time) })
	s := Survival{N: len(order)}
	left, greenwood := 1.0, 0.0
	for from := 0; from < len(order); {
		step := Step{Time: order[from].Time, AtRisk: len(order) - from}
		for ; from < len(order) && order[from].Time == step.Time; from++ {
			if order[from].Censored {
				s.Censored++
			} else {
				step.Ended++
			}
		}
		if step.Ended == 0 {
			continue
		}
		s.Ended += step.Ended
		risk, ended := float64(step.AtRisk), float64(step.Ended)
		left *= (risk - ended) / risk
		step.Left = left
		if left > 0 {
			greenwood += ended / (risk * (risk - ended))
			step.Limits = logLog(left, greenwood)
		}
		s.Steps = append(s.Steps, step)
	}
	s.Median = s.half(func(st Step) (float64, bool) { return st.Left, true })
	s.Low = s.half(func(st Step) (float64, bool) { return lowerLimit(st) })
	s.High = s.half(func(st Step) (float64, bool) { return upperLimit(st) })
	return s, nil
}

func checkDurations(times []Duration) error {
	if len(times) == 0 {
		return fmt.Errorf("no times: %w", ErrTooFew)
	}
	seen := map[string]bool{}
	for _, d := range times {
		if seen[d.Participant] {
			return fmt.Errorf("%s has two times: %w", d.Participant, ErrRepeated)
		}
		seen[d.Participant] = true
		if !(d.Time > 0) || d.Time > most {
			return fmt.Errorf("time of %s, %g: %w", d.Participant, d.Time, ErrOutOfScale)
		}
	}
	return nil
}

// logLog returns the limits of a share strictly between 0 and 1.
func logLog(left, greenwood float64) *Interval {
	e := math.Exp(distuv.UnitNormal.Quantile(1-tail) * math.Sqrt(greenwood) / -math.Log(left))
	return &Interval{Low: math.Pow(left, e), High: math.Pow(left, 1/e)}
}

func lowerLimit(s Step) (float64, bool) {
	if s.Limits == nil {
		return 0, false
	}
	return s.Limits.Low, true
}

func upperLimit(s Step) (float64, bool) {
	if s.Limits == nil {
		return 0, false
	}
	return s.Limits.High, true
}

// half returns the first time at which a curve is at or below one half. If it stays on one half for a while, it is the
// middle of that while.
func (s Survival) half(curve func(Step) (float64, bool)) *float64 {
	const slack = 1e-9
	for i, st := range s.Steps {
		y, known := curve(st)
		if !known || y > 0.5+slack {
			continue
		}
		at := st.Time
		if y > 0.5-slack && i+1 < len(s.Steps) {
			at = (at + s.Steps[i+1].Time) / 2
		}
		return &at
	}
	return nil
}
