package kernel

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"vmstudy/study"
)

const (
	// endless is the limit of a qdisc that must never be full, because another one bounds the queue.
	endless = math.MaxInt32

	// orderly is a rate in bytes per second. It is so high that sending takes no time, but it makes
	// sch_netem keep packets in order, which sch_netem does only if it has a rate.
	orderly = 1 << 40
)

// shape is the qdiscs of one direction. Each packet passes path, which loses and delays packets, and
// then neck, which has the rate and the queue.
type shape struct {
	path     netemDiscipline
	neck     discipline
	queue    discipline // nil if neck has its own queue
	overhead int        // bytes that each packet costs in addition to the IP packet
}

// shapesOf returns the shapes of both directions of n, ignoring its schedule. The directions have
// different seeds, or they would lose the same packets. The error is a sentence if the kernel cannot do n.
func shapesOf(n study.Network, seed uint64) (down, up shape, err error) {
	seeds := rand.NewPCG(seed, 0)
	if down, err = shapeOf(n, study.Downward, seeds.Uint64()); err != nil {
		return shape{}, shape{}, err
	}
	up, err = shapeOf(n, study.Upward, seeds.Uint64())
	return down, up, err
}

// Refuses returns, as a sentence, the first reason why the kernel cannot do n or a phase of its
// schedule, or why n is not valid. It returns nil if there is none.
func Refuses(n study.Network) error {
	if err := n.Validate(); err != nil {
		return err
	}
	moments := []time.Duration{0}
	for _, p := range n.Schedule.Phases {
		moments = append(moments, p.From)
	}
	for _, at := range moments {
		then, _ := n.At(at)
		if _, _, err := shapesOf(then, 0); err != nil {
			return err
		}
	}
	return nil
}

func shapeOf(n study.Network, d study.Direction, seed uint64) (shape, error) {
	switch {
	case n.Trace(d) != "":
		return shape{}, refuse("cannot replay a trace (%s)", n.Trace(d))
	case n.Reorder > 0 && n.Jitter > 0 && !n.Overtake:
		return shape{}, refuse("cannot reorder packets and keep the order of those that jitter; let jitter put them out of order too")
	}
	vary := variationOf(n)
	if vary.unit > widest {
		return shape{}, refuse("cannot let delays vary by more than 2.1 s")
	}
	s := shape{overhead: n.Overhead, path: netemDiscipline{
		limit: endless, delay: n.RTT / 2, vary: vary, rate: orderly,
		loss: n.Loss, duplicate: n.Duplicate, seed: seed,
	}}
	if n.Overtake || n.Reorder > 0 {
		s.path.rate = 0
	}
	switch {
	case n.Outage:
		s.path.loss = 1
	case n.Burst > 0 && n.Loss > 0:
		toGood := 1 / n.Burst
		s.path.bursts = &gilbert{toGood: toGood, toBad: toGood * n.Loss / (1 - n.Loss)}
	}
	s.neck, s.queue = neckOf(n, n.Rate(d))
	return s, nil
}

func refuse(what string, args ...any) error {
	return study.Refuse(study.ErrInvalid, "the kernel way "+what+"; or use the way tun or userspace", args...)
}

// neckOf returns the qdisc with the rate, and its queue if that is another qdisc.
//
// A second sch_netem is most exact: it computes when each packet has been sent, so that the lateness of
// timers does not add up, and it saves up nothing while idle. But its queue counts packets only and
// has no CoDel, and newer kernels refuse it together with a sch_netem that duplicates. In these
// cases neckOf uses sch_tbf.
func neckOf(n study.Network, rate study.Bitrate) (neck, queue discipline) {
	plain := n.QueueBytes == 0 && n.Discipline == study.DropTail && n.Duplicate == 0
	perSecond := uint64(rate) / 8
	packets := n.QueueLimit(rate) + 1 // the kernel counts the packet on the wire too
	switch {
	case rate == 0 && n.Duplicate > 0:
		return fifoDiscipline{limit: endless}, nil
	case rate == 0:
		return netemDiscipline{limit: endless}, nil
	case plain:
		return netemDiscipline{limit: packets, rate: perSecond}, nil
	}
	// With a bucket of one packet, late timers would lower the rate; so it has room for 1 ms more.
	bucket := study.PacketSize + n.Overhead + int(perSecond/1000)
	t := tbfDiscipline{rate: perSecond, bucket: bucket}
	switch {
	case n.Discipline == study.CoDel && n.QueueBytes > 0:
		packets = n.QueueBytes/study.PacketSize + 1
		fallthrough
	case n.Discipline == study.CoDel:
		t.limit = packets
		return t, codelDiscipline{limit: packets}
	case n.QueueBytes > 0:
		t.limit = n.QueueBytes + study.PacketSize
		return t, fifoDiscipline{limit: t.limit, inBytes: true}
	}
	t.limit = packets
	return t, fifoDiscipline{limit: packets}
}

// The numbers (handles) of the qdiscs. Each qdisc has one class, to which the next one is attached. Each
// kind has its own number: given the same number, the kernel changes the existing qdisc; given
// another number, it replaces the qdisc.
const (
	pathHandle = 1 << 16
	firstClass = 1
)

var handles = map[string]uint32{
	"netem": 2 << 16, "tbf": 3 << 16, "pfifo": 4 << 16, "bfifo": 5 << 16, "codel": 6 << 16,
}

// apply makes or changes the qdiscs of interface index in the calling thread's namespace. Packets in them
// stay, except those in a neck or queue whose kind changes.
func (s shape) apply(index int) error {
	once := s.path
	once.duplicate = 0 // first without duplicates: newer kernels refuse them while another sch_netem is below
	neck := handles[s.neck.kind()]
	root := func(path netemDiscipline) error {
		return replace(index, netlink.HANDLE_ROOT, pathHandle, path, nl.NewRtAttr(nl.TCA_STAB, sizes(s.overhead)))
	}
	if err := root(once); err != nil {
		return err
	}
	if err := replace(index, pathHandle|firstClass, neck, s.neck); err != nil {
		return err
	}
	if s.queue != nil {
		if err := replace(index, neck|firstClass, handles[s.queue.kind()], s.queue); err != nil {
			return err
		}
	}
	if s.path.duplicate > 0 {
		return root(s.path)
	}
	return nil
}

// errNoNetem says that the kernel lacks sch_netem.
var errNoNetem = errors.New("this kernel has no sch_netem")

func replace(index int, parent, handle uint32, d discipline, more ...nl.NetlinkRequestData) error {
	request := nl.NewNetlinkRequest(unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_REPLACE|unix.NLM_F_ACK)
	request.AddData(&nl.TcMsg{Family: nl.FAMILY_ALL, Ifindex: int32(index), Handle: handle, Parent: parent})
	request.AddData(nl.NewRtAttr(nl.TCA_KIND, nl.ZeroTerminated(d.kind())))
	request.AddData(nl.NewRtAttr(nl.TCA_OPTIONS, d.options()))
	for _, attr := range more {
		request.AddData(attr)
	}
	_, err := request.Execute(unix.NETLINK_ROUTE, 0)
	switch {
	case errors.Is(err, unix.ENOENT) && d.kind() == "netem":
		return fmt.Errorf("%w: %w", errNoNetem, err)
	case errors.Is(err, unix.ENOENT):
		return study.Refuse(study.ErrInvalid, "this kernel has no sch_%s, which this condition needs in the kernel way; or use the way tun or userspace", d.kind())
	case err != nil:
		return fmt.Errorf("qdisc %s: %w", d.kind(), err)
	}
	return nil
}
