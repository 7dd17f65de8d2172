package instrument

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
)

// An Order is in which order one person meets items and options. The zero Order is that of the instrument.
type Order struct {
	Items   []string            // IDs; empty if the items are not shuffled
	Options map[string][]string // by the ID of an item: values of its options, or IDs of the rows of a matrix
}

// OrderItem stands in place of a question's ID where an order is stored among the answers of the person who met it. No
// question can have this name.
const OrderItem = "_order"

// Shuffle draws an order of all that the instrument has shuffled. Exclusive options, such as "none of these", stay behind the others.
func (in Instrument) Shuffle(rng *rand.Rand) Order {
	o := Order{}
	if in.Shuffled {
		o.Items = shuffled(rng, ids(in.Items, func(it Item) string { return it.ID }))
	}
	for _, it := range in.Items {
		if !it.Shuffled {
			continue
		}
		if o.Options == nil {
			o.Options = map[string][]string{}
		}
		if it.Kind == Matrix {
			o.Options[it.ID] = shuffled(rng, ids(it.Rows, func(r Row) string { return r.ID }))
			continue
		}
		exclusive := func(o Option) bool { return o.Exclusive }
		value := func(o Option) string { return o.Value }
		others := slices.DeleteFunc(slices.Clone(it.Options), exclusive)
		last := slices.DeleteFunc(slices.Clone(it.Options), func(o Option) bool { return !exclusive(o) })
		o.Options[it.ID] = append(shuffled(rng, ids(others, value)), ids(last, value)...)
	}
	return o
}

func ids[T any](all []T, id func(T) string) (out []string) {
	for _, t := range all {
		out = append(out, id(t))
	}
	return out
}

func shuffled(rng *rand.Rand, names []string) []string {
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

// In returns the instrument in an order. What the order does not name comes last, as it was.
func (in Instrument) In(o Order) Instrument {
	in.Items = arranged(in.Items, o.Items, func(it Item) string { return it.ID })
	for i := range in.Items {
		it := &in.Items[i]
		it.Options = arranged(it.Options, o.Options[it.ID], func(o Option) string { return o.Value })
		it.Rows = arranged(it.Rows, o.Options[it.ID], func(r Row) string { return r.ID })
	}
	return in
}

// arranged returns a copy of all in the order of names.
func arranged[T any](all []T, names []string, id func(T) string) []T {
	place := map[string]int{}
	for i, name := range names {
		place[name] = i + 1
	}
	at := func(t T) int {
		if i := place[id(t)]; i > 0 {
			return i
		}
		return len(names) + 1
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b T) int { return at(a) - at(b) })
	return all
}

// IsZero reports whether o is the order of the instrument.
func (o Order) IsZero() bool { return len(o.Items) == 0 && len(o.Options) == 0 }

// String writes the order as it is stored: the items, and then each item with its options, as in
// "pair_2 pair_1; pair_1: effort performance". The zero Order is "".
func (o Order) String() string {
	parts := []string{strings.Join(o.Items, " ")}
	var names []string
	for name := range o.Options {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		parts = append(parts, name+": "+strings.Join(o.Options[name], " "))
	}
	return strings.Join(parts, "; ")
}

// ParseOrder reads what Order.String has written.
func ParseOrder(text string) (Order, error) {
	parts := strings.Split(text, "; ")
	o := Order{Items: strings.Fields(parts[0])}
	for _, p := range parts[1:] {
		name, options, ok := strings.Cut(p, ": ")
		if !ok {
			return Order{}, errors.New("order " + shortened(text) + ": an item without its options")
		}
		if o.Options == nil {
			o.Options = map[string][]string{}
		}
		o.Options[name] = strings.Fields(options)
	}
	return o, nil
}
