package study

// Part says which part of a list is read: what has a number beyond After, in the order of the numbers, and at most Most of it. The zero Part is the
// whole list.
type Part struct {
	After int64
	Most  int // 0: all
}
