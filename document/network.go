package document

import (
	"slices"

	"vmstudy/study"
)

// duration has the values of a time.Duration, as a number that fixed can write.
type duration int64

// How many digits lie between what is stored and the unit that is written.
const (
	millis  = 6 // ns in ms
	seconds = 9 // ns in s
	mbps    = 6 // bit/s in Mbps
)

type named = study.NamedNetwork

// networkCodec writes the name of a network and its values side by side.
var networkCodec = func() codec[named] {
	fields := []field[named]{
		must(in("name", func(n *named) *string { return &n.Name }, text[string](), "What the network is called in the data.")),
	}
	for _, f := range networkFields {
		fields = append(fields, field[named]{
			name: f.name, about: f.about, needed: f.needed, old: f.old, schema: f.schema,
			write: func(n named) node { return f.write(n.Network) },
			read:  func(r *reader, at string, n node, into *named) { f.read(r, at, n, &into.Network) },
		})
	}
	return objectOf(fields...)
}()

type network = study.Network

var networkFields = []field[network]{
	in("down_mbps", func(n *network) *study.Bitrate { return &n.Down }, fixed[study.Bitrate](mbps), "Bandwidth towards the participant, in 10^6 bits of IP packets a second; 0 is unlimited."),
	in("up_mbps", func(n *network) *study.Bitrate { return &n.Up }, fixed[study.Bitrate](mbps), "Bandwidth from the participant."),
	in("trace_down", func(n *network) *string { return &n.TraceDown }, text[string](), "A network trace that is replayed in place of down_mbps."),
	in("trace_up", func(n *network) *string { return &n.TraceUp }, text[string](), "A network trace that is replayed in place of up_mbps."),
	in("overhead_bytes", func(n *network) *int { return &n.Overhead }, whole[int](), "Framing that each packet costs on the wire, beside the IP packet."),
	in("rtt_ms", func(n *network) *duration { return (*duration)(&n.RTT) }, fixed[duration](millis), "Time that is added to a round trip, half of it in each direction."),
	in("jitter_ms", func(n *network) *duration { return (*duration)(&n.Jitter) }, fixed[duration](millis), "How much the delay of a direction varies around half the round-trip time."),
	in("jitter_shape", func(n *network) *study.JitterShape { return &n.Shape }, oneOf(
		word[study.JitterShape]{study.Uniform, "uniform"}, word[study.JitterShape]{study.Normal, "normal"}), "How jitter is distributed."),
	in("overtake", func(n *network) *bool { return &n.Overtake }, flag(), "Jitter may put packets out of order."),
	in("loss_percent", func(n *network) *float64 { return &n.Loss }, percent(), "Packets that are dropped, in each direction."),
	in("loss_burst", func(n *network) *float64 { return &n.Burst }, number(), "Mean number of packets that are lost in a row; 0 if each is lost by itself."),
	in("duplicate_percent", func(n *network) *float64 { return &n.Duplicate }, percent(), "Packets that arrive twice, in each direction."),
	in("reorder_percent", func(n *network) *float64 { return &n.Reorder }, percent(), "Packets that are not delayed, and so overtake those that are."),
	in("queue_packets", func(n *network) *int { return &n.Queue }, whole[int](), "Packets that wait for the bandwidth before one is dropped; 0 is one bandwidth-delay product, and at least 32."),
	in("queue_bytes", func(n *network) *int { return &n.QueueBytes }, whole[int](), "The same in bytes, in place of queue_packets."),
	in("queue_discipline", func(n *network) *study.QueueRule { return &n.Discipline }, oneOf(
		word[study.QueueRule]{study.DropTail, "drop-tail"}, word[study.QueueRule]{study.CoDel, "codel"}), "What the queue drops, and when."),
	in("tcp", func(n *network) *study.CongestionControl { return &n.Congestion }, oneOf(
		word[study.CongestionControl]{study.Cubic, "cubic"}, word[study.CongestionControl]{study.BBR, "bbr"}, word[study.CongestionControl]{study.Reno, "reno"}),
		"The congestion control of the senders at both ends."),
	in("outage", func(n *network) *bool { return &n.Outage }, flag(), "Nothing passes. A study has it only in a phase."),
	phasesField,
	in("repeat_s", func(n *network) *duration { return (*duration)(&n.Schedule.Repeat) }, fixed[duration](seconds), "After so many seconds the phases begin again; 0 is never."),
}

type phase = study.Phase

// phaseFields are the fields of a phase that every phase has by itself.
var phaseFields = []field[phase]{
	in("from_s", func(p *phase) *duration { return (*duration)(&p.From) }, fixed[duration](seconds), "When the phase begins, in seconds since the first picture."),
	must(in("for_s", func(p *phase) *duration { return (*duration)(&p.For) }, fixed[duration](seconds), "How long it lasts, in seconds.")),
	in("outage", func(p *phase) *bool { return &p.Outage }, flag(), "Nothing passes; the phase has no other values."),
}

// otherValues are the fields of a phase that replace those of its network. One that is left out is as in the network.
var otherValues = []field[phase]{
	in("down_mbps", func(p *phase) *study.Bitrate { return &p.Down }, fixed[study.Bitrate](mbps), "In place of the network's; 0 is unlimited, or the trace where there is one."),
	in("up_mbps", func(p *phase) *study.Bitrate { return &p.Up }, fixed[study.Bitrate](mbps), "In place of the network's."),
	in("rtt_ms", func(p *phase) *duration { return (*duration)(&p.RTT) }, fixed[duration](millis), "In place of the network's."),
	in("jitter_ms", func(p *phase) *duration { return (*duration)(&p.Jitter) }, fixed[duration](millis), "In place of the network's."),
	in("loss_percent", func(p *phase) *float64 { return &p.Loss }, percent(), "In place of the network's."),
}

// usual are the values that a phase of n has where it names no others.
func usual(n network) phase {
	return phase{Down: n.Down, Up: n.Up, RTT: n.RTT, Jitter: n.Jitter, Loss: n.Loss}
}

// phasesField stands behind the fields that its phases refer to.
var phasesField = func() field[network] {
	fields := slices.Concat(phaseFields, otherValues)
	phases := listOf(objectOf(fields...), study.MaxPhases)
	return field[network]{
		name: "phases", about: "Times of a trial in which other values hold, counted from its first picture.", schema: phases.schema,
		write: func(n network) node {
			if len(n.Schedule.Phases) == 0 {
				return node{}
			}
			all := node{kind: list}
			for _, p := range n.Schedule.Phases {
				all.items = append(all.items, writePhase(p, usual(n)))
			}
			return all
		},
		read: func(r *reader, at string, n node, into *network) {
			base := usual(*into)
			one := objectOf(fields...)
			one.read = func(r *reader, at string, n node, into *phase) {
				if r.format > 2 && n.value("outage").text != "true" {
					*into = base
				}
				objectOf(fields...).read(r, at, n, into)
			}
			listOf(one, study.MaxPhases).read(r, at, n, &into.Schedule.Phases)
		},
	}
}()

// writePhase writes the values of p that are not as usual.
func writePhase(p, usual phase) node {
	if p.Outage {
		return objectOf(slices.Concat(phaseFields, otherValues)...).write(p)
	}
	n := objectOf(phaseFields...).write(p)
	for _, f := range otherValues {
		if v := f.whole(p); v.text != f.whole(usual).text {
			n.keys, n.values = append(n.keys, f.name), append(n.values, v)
		}
	}
	return n
}
