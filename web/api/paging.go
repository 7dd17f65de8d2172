package api

import (
	"strconv"

	"vmstudy/study"
)

// Paging says which part of a list a program wants.
type Paging struct {
	Cursor string `query:"cursor" doc:"The next of the answer before; empty for the beginning."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

// List is a part of a list, in the order in which things were made. What is made meanwhile comes at the end, so nothing is left out.
type List[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next part; absent at the end."`
}

// Page is the answer with a part of a list.
type Page[T any] struct{ Body List[T] }

var errCursor = study.Refuse(study.ErrInvalid, "This cursor is not one that a list has returned. Begin without one, and go on with the next of each answer.")

// after returns the number of what a cursor comes after. The cursors are those that cursorAfter makes, and no other texts.
func after(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || n <= 0 || cursor != cursorAfter(n) {
		return 0, errCursor
	}
	return n, nil
}

// cursorAfter returns the cursor of what comes after a number.
func cursorAfter(n int64) string { return strconv.FormatInt(n, 10) }

// read answers with the part of a list that p asks for. load reads a part from the store, by number.
func read[T, V any](p Paging, number func(T) int64, load func(study.Part) ([]T, error), show func(T) V) (*Page[V], error) {
	from, err := after(p.Cursor)
	if err != nil {
		return nil, err
	}
	all, err := load(study.Part{After: from, Most: p.Limit + 1}) // one more says whether there is more
	if err != nil {
		return nil, err
	}
	out := &Page[V]{Body: List[V]{Items: []V{}}}
	for i, x := range all {
		if i == p.Limit {
			out.Body.Next = cursorAfter(number(all[i-1]))
			break
		}
		out.Body.Items = append(out.Body.Items, show(x))
	}
	return out, nil
}
