package study

import "time"

// RecordPolicy says whether the screens of a study's trials are recorded.
type RecordPolicy string

// The policies. The zero value is RecordNever: in doubt nothing is recorded.
const (
	RecordNever RecordPolicy = ""
	RecordAsk   RecordPolicy = "ask"    // those are recorded who say so on the consent page
	RecordAll   RecordPolicy = "always" // who consents is recorded; the consent page says so
)

// RecordPolicies returns the policies in the order in which they are offered.
func RecordPolicies() []RecordPolicy { return []RecordPolicy{RecordNever, RecordAsk, RecordAll} }

// Valid reports whether p is one of the policies.
func (p RecordPolicy) Valid() bool { return p == RecordNever || p == RecordAsk || p == RecordAll }

// Agrees reports whether a participant who consents has thereby agreed to be recorded, where
// chose says whether they chose it.
func (p RecordPolicy) Agrees(chose bool) bool { return p == RecordAll || p == RecordAsk && chose }

// RecordingEnd is why a recording ended.
type RecordingEnd string

// Why recordings end. The zero value means that it is still being written. Only after
// RecordedWhole the recording has everything that the viewer was sent.
const (
	RecordedWhole    RecordingEnd = "trial_ended"
	DiskFull         RecordingEnd = "disk_full"      // or so full that the rest is the database's
	DiskFailed       RecordingEnd = "disk_failed"    // it could not be written
	TooSlow          RecordingEnd = "too_slow"       // the screen brought more than could be written
	ScreenUnreadable RecordingEnd = "unreadable"     // the screen's stream could not be followed
	ServerStopped    RecordingEnd = "server_stopped" // killed; found and closed off at the next start
)

// RecordingEnds returns every reason why a recording may end.
func RecordingEnds() []RecordingEnd {
	return []RecordingEnd{RecordedWhole, DiskFull, DiskFailed, TooSlow, ScreenUnreadable, ServerStopped}
}

// Recording is the recorded screen of one attempt. The picture itself is a file.
type Recording struct {
	Attempt   AttemptID
	BeganAt   time.Time     // the zero point of its times
	Duration  time.Duration // to the last thing in it
	Segments  int           // connections of the viewer: a reload begins another
	Bytes     int64         // of the file
	SHA256    string        // of the file, in hexadecimal; empty while it is being written
	Ended     RecordingEnd
	DeletedAt time.Time // when its file was deleted on someone's demand; zero if it was not
}

// Kept reports whether there is a file that has come to its end.
func (r Recording) Kept() bool { return r.Ended != "" && r.DeletedAt.IsZero() }
