package netem

// ring is a first-in first-out queue. It reuses its array, which grows with the largest number of
// items so far; so in steady state it allocates nothing. The zero ring is empty.
type ring[T any] struct {
	items []T // its length is a power of two
	first int
	count int
}

func (r *ring[T]) len() int { return r.count }

// head returns the item that pop would return; the ring must not be empty.
func (r *ring[T]) head() *T { return &r.items[r.first] }

// tail returns the item that was pushed last; the ring must not be empty.
func (r *ring[T]) tail() *T { return &r.items[(r.first+r.count-1)&(len(r.items)-1)] }

func (r *ring[T]) push(item T) {
	if r.count == len(r.items) {
		r.grow()
	}
	r.count++
	*r.tail() = item
}

func (r *ring[T]) pop() T {
	item := r.items[r.first]
	clear(r.items[r.first : r.first+1]) // the array is reused, so it must not keep the item's data alive
	r.first = (r.first + 1) & (len(r.items) - 1)
	r.count--
	return item
}

func (r *ring[T]) grow() {
	items := make([]T, max(8, 2*len(r.items)))
	n := copy(items, r.items[r.first:])
	copy(items[n:], r.items[:r.first])
	r.items, r.first = items, 0
}
