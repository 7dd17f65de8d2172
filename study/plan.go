package study

import (
	"math/rand/v2"
	"slices"
)

// Factor is a factor of the conditions, by which a plan can be cut into blocks. A free factor is called by its name.
type Factor string

// The factors that every study has. The zero value means none.
const (
	NoFactor      Factor = ""
	MethodFactor  Factor = "method" // access method, with its strategy
	NetworkFactor Factor = "network"
	TaskFactor    Factor = "task"
)

// GroupFactor is the factor between people. It is no factor of conditions: only a planned comparison names it.
const GroupFactor Factor = "group"

// Factors lists the factors that every study has.
func Factors() []Factor { return []Factor{MethodFactor, NetworkFactor, TaskFactor} }

// Level returns the level of f in c.
func (f Factor) Level(c Condition) string {
	switch f {
	case MethodFactor:
		return c.Access.Level()
	case NetworkFactor:
		return c.Network.Name
	case TaskFactor:
		return c.Task.Level()
	}
	return c.FreeLevel(string(f))
}

// Blocks cut a plan into parts, one for each level of a factor. A participant does all trials of a block before the
// next block begins. The zero Blocks cut nothing.
type Blocks struct {
	By    Factor
	Order Order // how the order of the blocks varies between participants
	Pause bool  // a pause is offered before each block but the first
}

// Plan returns the conditions of one participant in the order of the given sequence, which counts from 0. Numbers from
// Sequences on begin again at 0.
//
// The conditions of First come first. The others are done Repetitions times, in rounds; each round has another order, so
// that no condition always follows the same one.
//
// Where the study searches, it is the first pair: what follows is not known beforehand; see Session.NextPair.
func (d Design) Plan(sequence int) []Condition {
	if d.Searches() {
		return conditionsOf(d.firstPair(sequence))
	}
	all := d.Conditions()
	plan := make([]Condition, 0, d.TrialsAtMost())
	for _, code := range d.First {
		if i := indexOf(all, code); i >= 0 {
			plan = append(plan, all[i])
			all = slices.Delete(all, i, i+1)
		}
	}
	blocks := d.cut(all)
	order, way := d.orderOf(sequence)
	for round := range d.rounds() {
		plan = append(plan, d.arrange(blocks, order, round)...)
	}
	d.giveForms(plan, way)
	return plan
}

// orderOf returns the number of the order that a sequence has, and the way in which forms are given in it. Every order meets
// every way, unless there are so many orders that chance sees to that.
func (d Design) orderOf(sequence int) (order, way int) {
	orders := d.orders()
	if orders >= randomRows {
		return sequence, sequence
	}
	return sequence % max(1, orders), sequence / max(1, orders)
}

// rounds returns how often each condition is done.
func (d Design) rounds() int { return max(1, d.Repetitions) }

// Sequences returns how many different sequences balance this design. With blocks, every order of the blocks meets every
// order inside them; with parallel forms of tasks, every order meets every way of giving them. Where the study searches, each has chance of its own.
func (d Design) Sequences() int {
	if d.Searches() && len(d.Plan(0)) > 0 {
		return randomRows
	}
	return min(randomRows, d.orders()*d.formRounds())
}

// orders returns how many different orders of the conditions balance this design.
func (d Design) orders() int {
	blocks := d.cut(d.unfixed())
	inside := 1
	for _, b := range blocks {
		inside = lcm(inside, d.Order.Rows(len(b)))
	}
	if len(blocks) == 0 {
		return min(1, len(d.First))
	}
	return min(randomRows, d.blockRows(len(blocks))*inside)
}

// blockRows returns how many orders n blocks have.
func (d Design) blockRows(n int) int {
	if d.Blocks.By == NoFactor {
		return 1
	}
	return d.Blocks.Order.Rows(n)
}

// unfixed returns the conditions that have no fixed place at the beginning.
func (d Design) unfixed() []Condition {
	return slices.DeleteFunc(d.Conditions(), func(c Condition) bool { return slices.Contains(d.First, c.Code()) })
}

// cut returns the blocks of the conditions, in the order of their levels in the design.
func (d Design) cut(all []Condition) (blocks [][]Condition) {
	at := map[string]int{}
	for _, c := range all {
		level := d.Blocks.By.Level(c)
		i, known := at[level]
		if !known {
			i = len(blocks)
			at[level], blocks = i, append(blocks, nil)
		}
		blocks[i] = append(blocks[i], c)
	}
	return blocks
}

// arrange returns the conditions of all blocks in the order of one round of a sequence.
func (d Design) arrange(blocks [][]Condition, sequence, round int) (plan []Condition) {
	outer, inside := d.rows(len(blocks), sequence, round)
	order := counting(len(blocks))
	if d.Blocks.By != NoFactor {
		order = d.Blocks.Order.Row(len(blocks), outer, ^d.Seed) // a seed that no block has, so that chance in blocks does not follow it
	}
	for _, b := range order {
		plan = append(plan, d.arrangeBlock(blocks[b], inside, uint64(b))...)
	}
	return plan
}

// rows returns the rows that the order of the blocks and the orders inside them have in one round of a sequence. Of an order
// of chance, every round of every sequence has a row of its own. Of the others, every row of the blocks meets every row inside.
func (d Design) rows(blocks, sequence, round int) (outer, inside int) {
	outer, inside = sequence+round, sequence+round
	if d.Blocks.Order != Random {
		inside = sequence/max(1, d.blockRows(blocks)) + round
	}
	chance := sequence*d.rounds() + round
	if d.Blocks.Order == Random {
		outer = chance
	}
	if d.Order == Random {
		inside = chance
	}
	return outer, inside
}

// arrangeBlock returns the conditions of one block in the order of the given row.
func (d Design) arrangeBlock(block []Condition, row int, number uint64) []Condition {
	if d.Order == Random && d.InARow > 0 {
		return shuffled(block, d.InARow, rand.New(rand.NewPCG(d.Seed+number, uint64(row%randomRows))))
	}
	plan := make([]Condition, len(block))
	for i, c := range d.Order.Row(len(block), row, d.Seed+number) {
		plan[i] = block[c]
	}
	return plan
}

// shuffled returns the conditions in an order of chance in which at most so many with the same access method follow each
// other. Each next one is drawn from those that let the rest be laid out so; if no order is possible, the rule is broken
// at the end. Not every order is equally likely.
func shuffled(all []Condition, inARow int, chance *rand.Rand) (plan []Condition) {
	left := map[string]int{}
	for _, c := range all {
		left[c.Access.Level()]++
	}
	rest := slices.Clone(all)
	last, run := "", 0
	for len(rest) > 0 {
		var good []int
		for i, c := range rest {
			if fits(left, c.Access.Level(), last, run, inARow) {
				good = append(good, i)
			}
		}
		i := chance.IntN(len(rest))
		if len(good) > 0 {
			i = good[chance.IntN(len(good))]
		}
		c := rest[i]
		if rest = slices.Delete(rest, i, i+1); c.Access.Level() == last {
			run++
		} else {
			last, run = c.Access.Level(), 1
		}
		left[last]--
		plan = append(plan, c)
	}
	return plan
}

// fits reports whether the rest can be laid out by the rule after method comes next. left counts what is left by method,
// and last was there run times in a row.
//
// A method of which c are left can be laid out among o others if c is at most inARow for each gap between, before and
// behind them; the gap that is filled already has less room.
func fits(left map[string]int, method, last string, run, inARow int) bool {
	if method == last && run >= inARow {
		return false
	}
	if method != last {
		run = 0
	}
	total := -1 // without the next one
	for _, n := range left {
		total += n
	}
	for m, c := range left {
		if m == method {
			c--
			if others := total - c; c > inARow-run-1+inARow*others {
				return false
			}
		} else if others := total - c; c > inARow*(others+1) {
			return false
		}
	}
	return true
}

// possible reports whether conditions can be laid out with at most so many of one access method in a row.
func possible(all []Condition, inARow int) bool {
	count := map[string]int{}
	for _, c := range all {
		count[c.Access.Level()]++
	}
	for _, n := range count {
		if n > inARow*(len(all)-n+1) {
			return false
		}
	}
	return true
}

func conditionsOf(trials []Trial) (all []Condition) {
	for _, t := range trials {
		all = append(all, t.Condition)
	}
	return all
}

func indexOf(all []Condition, code string) int {
	return slices.IndexFunc(all, func(c Condition) bool { return c.Code() == code })
}

// lcm returns the least common multiple of two numbers; one that is 0 does not count.
func lcm(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}
