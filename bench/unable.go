package bench

import (
	"errors"
	"slices"
)

// Unable is the error of a section that cannot measure on this machine, or cannot measure everything:
// the rows that come with it count. Whatever could not be measured counts as failing, as a promise
// that nobody looked at is not kept.
type Unable struct {
	Why string // for a person, as in "needs root"
}

// Error implements error.
func (u Unable) Error() string { return u.Why }

// apart takes what could not be measured, each reason once, out of an error of a section, which may be
// joined of several. What is left of it is a failure.
func apart(err error) (unable []Unable, failed error) {
	for _, one := range parts(err) {
		var u Unable
		switch {
		case !errors.As(one, &u):
			failed = errors.Join(failed, one)
		case !slices.Contains(unable, u):
			unable = append(unable, u)
		}
	}
	return unable, failed
}

// parts returns the errors that err is joined of, on whatever level. Those in which nobody is Unable stay
// together, with what is said around them.
func parts(err error) []error {
	if err == nil {
		return nil
	}
	if !errors.As(err, new(Unable)) {
		return []error{err}
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		joined, is := inner.(interface{ Unwrap() []error })
		if !is {
			continue
		}
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, parts(one)...)
		}
		return all
	}
	return []error{err}
}
