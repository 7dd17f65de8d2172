package netem

// Outage drops every packet while it is on. Packets that have passed it before are not affected.
type Outage struct {
	passing
	on  bool
	cut int64
}

var _ Stage = (*Outage)(nil)

// NewOutage returns a Stage that drops every packet if on, and lets every one pass if not.
func NewOutage(on bool) *Outage { return &Outage{on: on} }

// Set begins or ends the outage.
func (o *Outage) Set(on bool) { o.on = on }

// Push takes p in, or drops it.
func (o *Outage) Push(p Packet) bool {
	if o.on {
		o.cut++
		return false
	}
	o.through.push(p)
	return true
}

func (o *Outage) String() string {
	if o.on {
		return "outage"
	}
	return "no outage"
}
