package main

import (
	"math"
	"time"

	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

// networkFlags describe a network on the command line: by a profile, by single values, or by a profile of which single
// values are changed. Commands that emulate a network embed them.
type networkFlags struct {
	Profile    string         `help:"Begin with a well-known network: edge, 3g-slow, 3g, 4g, lte, dsl, cable, fiber or satellite. The flags that follow change single values." placeholder:"NAME"`
	Down       *float64       `help:"Bandwidth towards the client, in Mbps of IP packets; 0: unlimited." placeholder:"MBPS"`
	Up         *float64       `help:"Bandwidth from the client, in Mbps; 0: unlimited." placeholder:"MBPS"`
	TraceDown  *string        `help:"Replay a trace towards the client in place of a bandwidth; studyctl netem traces lists them." placeholder:"NAME"`
	TraceUp    *string        `help:"Replay a trace from the client in place of a bandwidth." placeholder:"NAME"`
	Overhead   *int           `help:"Bytes of framing that each packet costs beside itself." placeholder:"BYTES"`
	RTT        *time.Duration `help:"Round-trip time to add, half in each direction, as in 120ms." name:"rtt" placeholder:"TIME"`
	Jitter     *time.Duration `help:"How much the delay of each direction varies around half the round-trip time." placeholder:"TIME"`
	Normal     bool           `help:"Let the jitter have a normal distribution, of this standard deviation, in place of a uniform one."`
	Overtake   bool           `help:"Let jitter put packets out of order."`
	Loss       *float64       `help:"Percentage of packets that are lost, in each direction." placeholder:"PERCENT"`
	Burst      *float64       `help:"Mean number of packets lost in a row; 0: each by itself." placeholder:"PACKETS"`
	Duplicate  *float64       `help:"Percentage of packets that arrive twice." placeholder:"PERCENT"`
	Reorder    *float64       `help:"Percentage of packets that are not delayed, and so overtake others." placeholder:"PERCENT"`
	Queue      *int           `help:"Packets that wait for the bandwidth before one is dropped; 0: one bandwidth-delay product, at least 32." placeholder:"PACKETS"`
	QueueBytes *int           `help:"The same in bytes." placeholder:"BYTES"`
	CoDel      bool           `help:"Let the queue drop early while packets wait too long, by CoDel (RFC 8289)." name:"codel"`
	Congestion string         `help:"How TCP finds its rate: cubic, bbr or reno." default:"cubic" enum:"cubic,bbr,reno"`
	Seed       uint64         `help:"Decides which packets are lost and how delays vary; 0: draw one, and print it." placeholder:"NUMBER"`
}

// network returns the network. The error is a sentence for the person who typed the flags.
func (f networkFlags) network() (study.Network, error) {
	var n study.Network
	if f.Profile != "" {
		p, err := study.ProfileNamed(f.Profile)
		if err != nil {
			return study.Network{}, err
		}
		n = p.Network
	}
	setFlag(&n.Down, f.Down, mbps)
	setFlag(&n.Up, f.Up, mbps)
	setFlag(&n.TraceDown, f.TraceDown, same)
	setFlag(&n.TraceUp, f.TraceUp, same)
	setFlag(&n.Overhead, f.Overhead, same)
	setFlag(&n.RTT, f.RTT, same)
	setFlag(&n.Jitter, f.Jitter, same)
	if f.Normal {
		n.Shape = study.Normal
	}
	n.Overtake = n.Overtake || f.Overtake
	setFlag(&n.Loss, f.Loss, share)
	setFlag(&n.Burst, f.Burst, same)
	setFlag(&n.Duplicate, f.Duplicate, share)
	setFlag(&n.Reorder, f.Reorder, share)
	setFlag(&n.Queue, f.Queue, same)
	setFlag(&n.QueueBytes, f.QueueBytes, same)
	if f.CoDel {
		n.Discipline = study.CoDel
	}
	if f.Congestion != study.Cubic.Name() {
		n.Congestion = study.CongestionControl(f.Congestion)
	}
	return n, n.Validate()
}

// share returns a percentage as a part of one.
func share(percent float64) float64 { return percent / 100 }

// setFlag sets field if its flag was given.
func setFlag[F, V any](field *V, flag *F, convert func(F) V) {
	if flag != nil {
		*field = convert(*flag)
	}
}

func same[V any](v V) V { return v }

// mbps returns a rate in whole bits a second. It rounds, so that 7.2 Mbps does not become 7,199,999.
func mbps(v float64) study.Bitrate {
	if math.IsNaN(v) || math.Abs(v) > 1e9 {
		return -1 // v is not a number, or too large for a rate: Validate refuses -1
	}
	if b := study.Bitrate(math.Round(v * float64(study.Mbps))); b != 0 || v == 0 {
		return b
	}
	return 1 // a rate that rounds to 0 must not become unlimited: Validate refuses 1
}

// seed returns the seed that was given, or draws one.
func (f networkFlags) seed() uint64 {
	if f.Seed == 0 {
		return cli.NewSeed()
	}
	return f.Seed
}
