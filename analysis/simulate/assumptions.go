package simulate

import (
	"fmt"
	"math"
	"strings"
	"time"

	"vmstudy/analysis/model"
	"vmstudy/study"
)

// Assumptions are what simulated participants are made of. A spread is a standard deviation.
type Assumptions struct {
	Rating    Spread  // of answers on a scale, in shares of the scale from its bad end (0) to its good end (1); Most is what the hardest condition takes off
	Time      Spread  // of the natural logarithm of the time on task, less that of the task's limit; Most is what the hardest condition adds
	Response  Spread  // of the natural logarithm of a response time in milliseconds, at a machine without a network
	GivesUp   float64 // probability of giving up a task in the hardest condition; in the easiest nobody does
	SaysDone  float64 // probability of saying that a task is done which the machine has not seen
	DropsOut  float64 // probability that somebody leaves in the middle
	PerSecond float64 // inputs in a second of a task
}

// A Spread is what the generator in package model needs to know of one outcome; see model.Assumptions.
type Spread struct{ Level, Most, Between, Taste, Within float64 }

// Usual are the assumptions unless somebody says otherwise. They are round numbers, not findings.
func Usual() Assumptions {
	return Assumptions{
		Rating:   Spread{Level: 0.8, Most: -0.5, Between: 0.12, Taste: 0.08, Within: 0.12},
		Time:     Spread{Level: -1.1, Most: 0.5, Between: 0.2, Taste: 0.08, Within: 0.2},
		Response: Spread{Level: 3.4, Between: 0.1, Within: 0.35},
		GivesUp:  0.08, SaysDone: 0.05, DropsOut: 0.06, PerSecond: 1.5,
	}
}

// Lines state the assumptions in words.
func (a Assumptions) Lines() []string {
	spread := func(s Spread) string {
		return fmt.Sprintf("spread %g between people, %g in how they mind it, %g by chance", s.Between, s.Taste, s.Within)
	}
	return []string{
		"Every condition has a hardship from 0 to 1: 0 for local; for vnc a half from a round trip of 250 ms and a half from a bandwidth of 1 Mbps; for a stream a fifth and four fifths; 0.05 more for either.",
		fmt.Sprintf("Answers on a scale lie at %g of the way to its good end, %g less in a condition of hardship 1; %s.", a.Rating.Level, -a.Rating.Most, spread(a.Rating)),
		fmt.Sprintf("A task takes %.2g of its limit, %.2g times as long in a condition of hardship 1; of logarithms: %s.", math.Exp(a.Time.Level), math.Exp(a.Time.Most), spread(a.Time)),
		fmt.Sprintf("An input is answered after %.0f ms, and with vnc a round trip later; of logarithms: %s. There are %g inputs in a second.", math.Exp(a.Response.Level), spread(a.Response), a.PerSecond),
		fmt.Sprintf("With hardship 1, %g %% give up a task. %g %% of tasks are said to be done which are not. %g %% of people leave in the middle.", 100*a.GivesUp, 100*a.SaysDone, 100*a.DropsOut),
		"Choices, numbers and texts are drawn by chance.",
	}
}

// Text is the lines as one text.
func (a Assumptions) Text() string { return strings.Join(a.Lines(), "\n") + "\n" }

// hardship says how much a condition is assumed to be in the way, from 0 to 1. What a trace does in place of a bandwidth is not looked at.
func hardship(c study.Condition) float64 {
	far, slow := 0.5, 0.5
	switch c.Method {
	case study.Local:
		return 0
	case study.Stream:
		far, slow = 0.2, 0.8
	}
	n := c.Network.Network
	h := 0.05 + far*min(1, float64(n.RTT)/float64(250*time.Millisecond))
	if n.Down > 0 {
		h += slow * min(1, float64(study.Mbps)/float64(n.Down))
	}
	return min(1, h)
}

// of returns the assumptions about one outcome in the words of the generator: the second method is the condition as it is, the first one
// without hardship, and each cell a condition.
func (s Spread) of(conditions []study.Condition) model.Assumptions {
	a := model.Assumptions{Methods: [2]string{"without", "with"}, Level: s.Level, Between: s.Between, Taste: s.Taste, Within: s.Within}
	for _, c := range conditions {
		a.Cells = append(a.Cells, c.Code())
		a.Difference = append(a.Difference, s.Most*hardship(c))
	}
	return a
}
