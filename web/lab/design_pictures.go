package lab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// Traces are the network traces that a network may replay.
type Traces interface {
	Names() ([]string, error)
	PassedOver() ([]string, error)          // files that are not traces, each with the reason
	Open(name string) (*netem.Trace, error) // study.ErrNotFound or study.ErrInvalid, with a sentence
}

// addTraces completes a form that has a preview already. It adds the traces to choose from, faults
// of networks whose trace cannot be replayed, and pictures of the networks.
func (s *Server) addTraces(f *view.DesignForm, d study.Design, bad faults) error {
	names, err := s.Traces.Names()
	if err != nil {
		return err
	}
	if f.NoTraces, err = s.Traces.PassedOver(); err != nil {
		return err
	}
	for i := range f.Networks {
		n := &f.Networks[i]
		n.Traces = slices.Clone(names)
		for _, own := range []string{f.Get(n.At + ".trace_down"), f.Get(n.At + ".trace_up")} {
			if own != "" && !slices.Contains(n.Traces, own) {
				n.Traces = append(n.Traces, own)
			}
		}
	}
	return s.addPictures(&f.Preview, d, bad)
}

// addPictures adds to a preview what depends on the traces: faults and pictures.
func (s *Server) addPictures(p *view.Preview, d study.Design, bad faults) error {
	unreadable := bad.networks()
	traces, err := s.openTraces(d, bad)
	if err != nil {
		return err
	}
	p.Faults = faultsView(bad)
	if unreadable || len(d.Networks) > study.MaxLevels {
		return nil
	}
	during := d.TrialLimit
	if during < study.MinTrialLimit || during > study.MaxTrialLimit {
		during = 2 * time.Minute
	}
	for _, n := range d.Networks {
		p.Networks = append(p.Networks, picture(n, traces, during))
	}
	return nil
}

// openTraces opens the traces that the networks of d name. If one cannot be opened, its network
// gets a fault.
func (s *Server) openTraces(d study.Design, bad faults) (map[string]*netem.Trace, error) {
	traces := map[string]*netem.Trace{}
	for i, n := range d.Networks[:min(len(d.Networks), study.MaxLevels)] {
		for _, way := range []study.Direction{study.Downward, study.Upward} {
			name := n.Network.Trace(way)
			if name == "" || traces[name] != nil {
				continue
			}
			trace, err := s.Traces.Open(name)
			switch say := study.Sentence(err); {
			case err == nil:
				traces[name] = trace
			case say != "":
				bad.add(row("networks", i)+".trace_"+way.String(), "%s", say)
			default:
				return nil, err
			}
		}
	}
	return traces, nil
}

// pictureSteps is the number of steps into which a picture divides the trial.
const pictureSteps = 150

// picture draws the bandwidth of n over a trial.
func picture(n study.NamedNetwork, traces map[string]*netem.Trace, during time.Duration) view.NetworkPicture {
	p := view.NetworkPicture{Name: n.Name, Setting: n.Network.String(), Until: page.InWords(during)}
	step := during / pictureSteps
	var rates [2][]float64 // Mbps; negative: unlimited
	most := 0.0
	for i := range pictureSteps {
		from := time.Duration(i) * step
		now, _ := n.Network.At(from)
		if now.Outage {
			x := [2]int{i * view.PictureWidth / pictureSteps, (i + 1) * view.PictureWidth / pictureSteps}
			if last := len(p.Outages) - 1; last >= 0 && p.Outages[last][1] == x[0] {
				p.Outages[last][1] = x[1]
			} else {
				p.Outages = append(p.Outages, x)
			}
		}
		for _, d := range []study.Direction{study.Downward, study.Upward} {
			rate := bandwidth(now, d, traces[now.Trace(d)], from, step)
			rates[d] = append(rates[d], rate)
			most = max(most, rate)
		}
	}
	p.Most = fmt.Sprintf("%.3g Mbps", most)
	if slices.Min(rates[0]) < 0 || slices.Min(rates[1]) < 0 {
		p.Most = "unlimited"
	}
	p.Down, p.Up = path(rates[study.Downward], most), path(rates[study.Upward], most)
	return p
}

// bandwidth returns the mean bandwidth of one direction from a time on, over one step, in Mbps; a
// negative one means unlimited.
func bandwidth(n study.Network, d study.Direction, trace *netem.Trace, from, step time.Duration) float64 {
	switch {
	case n.Outage:
		return 0
	case trace != nil && step >= trace.Period:
		return trace.Rate().Mbps()
	case trace != nil:
		from %= trace.Period
		return trace.Span(from, min(from+step, trace.Period)).Mbps()
	case n.Rate(d) > 0:
		return n.Rate(d).Mbps()
	}
	return -1
}

// path writes the rates as an SVG path of steps, with 0 at the bottom and most at the top.
func path(rates []float64, most float64) string {
	var b strings.Builder
	last := -1.0
	for i, rate := range rates {
		y := 0.0
		if rate >= 0 && most > 0 {
			y = view.PictureHeight * (1 - rate/most)
		}
		switch {
		case i == 0:
			fmt.Fprintf(&b, "M0 %.1f", y)
		case y != last:
			fmt.Fprintf(&b, "H%dV%.1f", i*view.PictureWidth/pictureSteps, y)
		}
		last = y
	}
	fmt.Fprintf(&b, "H%d", view.PictureWidth)
	return b.String()
}
