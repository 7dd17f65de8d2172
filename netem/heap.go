package netem

// heap is a priority queue of packets by their Arrived. Packets of the same time come out in the
// order in which they were pushed. It reuses its array, as ring does. The zero heap is empty.
type heap struct {
	items []numbered
	next  uint64
}

type numbered struct {
	Packet
	number uint64
}

func (h *heap) len() int      { return len(h.items) }
func (h *heap) head() *Packet { return &h.items[0].Packet }

func (h *heap) before(i, j int) bool {
	a, b := &h.items[i], &h.items[j]
	if a.Arrived.Equal(b.Arrived) {
		return a.number < b.number
	}
	return a.Arrived.Before(b.Arrived)
}

func (h *heap) push(p Packet) {
	h.items = append(h.items, numbered{p, h.next})
	h.next++
	for i := len(h.items) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h.before(i, parent) {
			return
		}
		h.items[i], h.items[parent] = h.items[parent], h.items[i]
		i = parent
	}
}

func (h *heap) pop() Packet {
	p, last := h.items[0].Packet, len(h.items)-1
	h.items[0] = h.items[last]
	h.items[last] = numbered{} // the array is reused, so it must not keep the packet's data alive
	h.items = h.items[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if h.before(child, least) {
				least = child
			}
		}
		if least == i {
			return p
		}
		h.items[i], h.items[least] = h.items[least], h.items[i]
		i = least
	}
}
