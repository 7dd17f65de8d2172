package audit

import (
	"fmt"
	"iter"
)

// A Fault is the first place at which a list is not what it was.
type Fault struct {
	Number int64 // of the entry that should be there
	What   string
}

func (f *Fault) Error() string { return fmt.Sprintf("entry %d: %s", f.Number, f.What) }

// Check reads a list from its beginning and returns its head. The error is a *Fault if an entry was altered, removed, put in or moved, or if the list does not
// contain one of the heads known from outside.
func Check(entries iter.Seq2[Entry, error], known ...Head) (Head, error) {
	var head Head
	sums := map[int64]Sum{}
	for _, k := range known {
		if sum, is := sums[k.Number]; is && sum != k.Sum {
			return head, &Fault{k.Number, "two exports or backups printed different hashes for it: the list was written anew"}
		}
		sums[k.Number] = k.Sum
	}
	for e, err := range entries {
		if err != nil {
			return head, err
		}
		want := head.Number + 1
		switch {
		case e.Number > want:
			return head, &Fault{want, fmt.Sprintf("it is missing, and the next one is %d", e.Number)}
		case e.Number < want:
			return head, &Fault{want, fmt.Sprintf("in its place is one with the number %d", e.Number)}
		case e.After(head.Sum) != e.Sum:
			return head, &Fault{want, "it, or one before it, was altered after it was written"}
		}
		head = e.Head()
		if sum, is := sums[head.Number]; is && sum != head.Sum {
			return head, &Fault{head.Number, "an export or a backup printed another hash for it: the list was written anew"}
		}
	}
	for _, k := range known {
		if k.Number > head.Number {
			return head, &Fault{head.Number + 1, fmt.Sprintf("the list ends before it, and an export or a backup has seen %d entries", k.Number)}
		}
	}
	return head, nil
}
