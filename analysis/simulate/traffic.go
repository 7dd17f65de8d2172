package simulate

import (
	"math/rand/v2"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// What passes a link in a trial, in bytes of payload.
const (
	beforePicture = 4 << 20   // of a stream, before the first picture
	readAhead     = 24 << 20  // of a stream, after it
	firstScreen   = 300 << 10 // of a screen that is sent
	pressed       = 20        // an input on its way to the far end
)

// fastest is how much is asked for in a second at most where the network has no one rate.
const fastest = 40 * study.Mbps

// traffic makes up what passes the link of an attempt, second by second: opens until its first picture, and then while the inputs are made. Who asks for
// more than the rate gets the rest later. What a trace or a phase does in place of a rate is not looked at.
func traffic(a study.Attempt, c study.Condition, opens, took time.Duration, inputs []study.Interaction) (seconds []study.LinkSecond) {
	chance := rand.New(rand.NewPCG(a.Seed, 0)) // of its own, so that answers do not depend on it
	whole := opens + took
	asked, given := make([]float64, int(whole/time.Second)+1), make([]int64, int(whole/time.Second)+1)
	begins := a.StartedAt.Add(-opens)
	at := func(d time.Duration) int { return min(len(asked)-1, int(d/time.Second)) }
	if c.Method == study.Stream {
		asked[0], asked[at(opens)] = beforePicture, readAhead
	} else {
		asked[at(opens)] = firstScreen
		for _, i := range inputs {
			asked[at(i.At.Add(i.Drawn).Sub(begins))] += float64(i.Bytes)
			given[at(i.At.Sub(begins))] += pressed
		}
	}
	used := 0.94 + 0.05*chance.Float64() // of the rate, while more is waiting than it carries
	waiting := 0.0
	for n := range asked {
		span := min(time.Second, whole-time.Duration(n)*time.Second)
		if span <= 0 {
			break
		}
		waiting += asked[n]
		sent := min(waiting, used*capacity(a.Set)*span.Seconds())
		waiting -= sent
		seconds = append(seconds, study.LinkSecond{At: begins.Add(time.Duration(n) * time.Second), Span: span, Moved: moved(int64(sent), given[n], a.Set, chance)})
	}
	return seconds
}

// capacity is how many bytes of payload a link carries towards the participant in a second.
func capacity(n study.Network) float64 {
	rate := n.Down
	if rate == 0 {
		rate = fastest
	}
	return float64(rate) / 8 * netem.FullPayload / float64(study.PacketSize+n.Overhead)
}

// moved counts packets: full ones towards the participant, each second one acknowledged, and each input in one of its own.
func moved(down, up int64, n study.Network, chance *rand.Rand) (l study.LinkReport) {
	const header = study.PacketSize - netem.FullPayload
	l.PacketsDown = (down + netem.FullPayload - 1) / netem.FullPayload
	l.PacketsUp = (l.PacketsDown+1)/2 + up/pressed
	l.BytesDown, l.BytesUp = down+header*l.PacketsDown, up+header*l.PacketsUp
	for range l.PacketsDown {
		if n.Loss > 0 && chance.Float64() < n.Loss {
			l.CausesDown.Lost++
		}
	}
	for range l.PacketsUp {
		if n.Loss > 0 && chance.Float64() < n.Loss {
			l.CausesUp.Lost++
		}
	}
	l.DropsDown, l.DropsUp = l.CausesDown.Lost, l.CausesUp.Lost
	return l
}
