package bench

import (
	"errors"
	"slices"
)

// Unable is the error of a section that cannot measure on this computer, or cannot measure everything. The rows that a
// section returns with it are part of the report. What could not be measured counts as failing: nobody knows whether its
// promise is kept.
type Unable struct {
	Why string // for a person, as in "needs root"
}

// Error implements error.
func (u Unable) Error() string { return u.Why }

// apart divides the error of a section, which may be joined of several errors. unable has each reason why something could
// not be measured, once. failed is the rest.
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

// parts returns the errors that err is joined of, and that those are joined of. An error without any Unable in it is
// not divided, so that its text stays complete.
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
