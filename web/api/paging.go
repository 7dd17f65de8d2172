package api

import (
	"cmp"
	"slices"
	"strconv"
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

// cut returns the part of all that p asks for. all may be in any order; number says which comes when.
func cut[T, V any](all []T, number func(T) int64, p Paging, show func(T) V) (*Page[V], error) {
	after := int64(0)
	if p.Cursor != "" {
		n, err := strconv.ParseInt(p.Cursor, 10, 64)
		if err != nil || n <= 0 {
			return nil, errCursor
		}
		after = n
	}
	all = slices.DeleteFunc(slices.Clone(all), func(x T) bool { return number(x) <= after })
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(number(a), number(b)) })
	out := &Page[V]{Body: List[V]{Items: []V{}}}
	for i, x := range all {
		if i == p.Limit {
			out.Body.Next = strconv.FormatInt(number(all[i-1]), 10)
			break
		}
		out.Body.Items = append(out.Body.Items, show(x))
	}
	return out, nil
}
