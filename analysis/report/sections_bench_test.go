package report

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"vmstudy/questionnaire"
	"vmstudy/study"
)

// BenchmarkSections makes and draws all sections about 200 people who each made 600 inputs in each of 18 trials: what the page of results adds to reading.
func BenchmarkSections(b *testing.B) {
	d := large(b)
	for b.Loop() {
		for _, s := range Sections(d) {
			for _, f := range s.Figures {
				if err := f.Draw(new(bytes.Buffer)); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

func large(b *testing.B) Data {
	b.Helper()
	chance := rand.New(rand.NewPCG(1, 2))
	d := Data{Design: study.Design{Methods: study.PlainLevels(study.VNC, study.Stream)}}
	for i, name := range []string{"a", "b", "c"} {
		n := study.Network{Down: study.Bitrate(i+1) * study.Mbps, Up: study.Mbps, RTT: time.Duration(i+1) * 40 * time.Millisecond}
		d.Design.Networks = append(d.Design.Networks, study.NamedNetwork{Name: name, Network: n})
		d.Design.Tasks = append(d.Design.Tasks, study.Task{ID: study.TaskID(name), Title: study.Plain(name)})
	}
	for _, id := range []string{"satisfaction", "annoyance", "tlx"} {
		in, err := questionnaire.Of(study.Design{}, id)
		if err != nil {
			b.Fatal(err)
		}
		d.Instruments = append(d.Instruments, in)
	}
	conditions := d.Design.Conditions()
	for person := range 200 {
		who := fmt.Sprintf("P%03d", person+1)
		v := Visit{Participant: who, Placed: true, Finished: true, Why: study.Counts}
		for position := 1; position <= len(conditions); position++ {
			c := conditions[(person+position)%len(conditions)]
			n := c.Network.Network
			t := &Trial{Participant: who, Position: position, Condition: c, Values: map[Asked]float64{}, Answers: map[Asked]float64{}, Goodput: n.Down / 2}
			asked := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC).Add(time.Duration(person*100+position) * time.Minute)
			t.Attempt = study.Attempt{Outcome: study.Completed, AskedAt: asked, StartedAt: asked.Add(time.Second), EndedAt: asked.Add(time.Duration(10+chance.IntN(40)) * time.Second), Set: n}
			t.Attempt.Measured = study.RoundTrips{Count: 20, Median: n.RTT + time.Duration(chance.IntN(500))*time.Microsecond}
			for _, in := range d.Instruments {
				for _, q := range in.Questions() {
					if q.Numeric() {
						t.Answers[Asked{in.ID, q.ID}] = float64(1 + chance.IntN(7))
					}
				}
				for _, m := range in.Measures {
					t.Values[Asked{in.ID, m.ID}] = float64(chance.IntN(101))
				}
			}
			var times []int32
			for range 600 {
				times = append(times, int32(20_000+chance.IntN(200_000)))
			}
			slices.Sort(times)
			t.Inputs = map[study.InputKind]Inputs{study.Key: {Answered: times[:400]}, study.Click: {Answered: times[400:]}}
			d.Trials = append(d.Trials, t)
			v.Trials = append(v.Trials, VisitTrial{Position: position, Why: study.Counts})
		}
		d.Visits = append(d.Visits, v)
	}
	return d
}
