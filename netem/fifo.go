package netem

// fifo is a first-in first-out queue of packets. The zero fifo is empty.
type fifo struct {
	packets []Packet
}

func (f *fifo) len() int      { return len(f.packets) }
func (f *fifo) head() *Packet { return &f.packets[0] }
func (f *fifo) push(p Packet) { f.packets = append(f.packets, p) }

func (f *fifo) pop() Packet {
	p := f.packets[0]
	f.packets[0] = Packet{} // the array lives on: it must not keep the data alive
	f.packets = f.packets[1:]
	return p
}
