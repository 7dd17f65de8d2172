package study

import "time"

// RecordPolicy says whether the screens of a study's trials are recorded.
type RecordPolicy string

// The policies. The zero value is RecordNever: in doubt nothing is recorded.
const (
	RecordNever RecordPolicy = ""
	RecordAsk   RecordPolicy = "ask"    // participants who agree to it on the consent page are recorded
	RecordAll   RecordPolicy = "always" // everybody who consents is recorded; the consent page says so
)

// RecordPolicies returns the policies in the order in which they are offered.
func RecordPolicies() []RecordPolicy { return []RecordPolicy{RecordNever, RecordAsk, RecordAll} }

// Valid reports whether p is one of the policies.
func (p RecordPolicy) Valid() bool { return p == RecordNever || p == RecordAsk || p == RecordAll }

// Agrees reports whether a participant who consents is recorded. chose says whether they chose to
// be, which counts only under RecordAsk.
func (p RecordPolicy) Agrees(chose bool) bool { return p == RecordAll || p == RecordAsk && chose }

// RecordingEnd is why a recording ended.
type RecordingEnd string

// Why recordings end. The zero value means that the recording is still being written. Only a
// recording that ended with RecordedWhole contains everything that the viewer was sent.
const (
	RecordedWhole    RecordingEnd = "trial_ended"
	DiskFull         RecordingEnd = "disk_full"      // the disk had only the room left that is reserved for the database
	DiskFailed       RecordingEnd = "disk_failed"    // writing to the disk failed
	TooSlow          RecordingEnd = "too_slow"       // the screen changed faster than the disk could write
	ScreenUnreadable RecordingEnd = "unreadable"     // the tap could not follow the screen protocol
	ServerStopped    RecordingEnd = "server_stopped" // the server was killed; its next start closed the file
)

// RecordingEnds returns every reason why a recording may end.
func RecordingEnds() []RecordingEnd {
	return []RecordingEnd{RecordedWhole, DiskFull, DiskFailed, TooSlow, ScreenUnreadable, ServerStopped}
}

// Recording describes the recorded screen of one attempt. The recording itself is a file.
type Recording struct {
	Attempt   AttemptID
	BeganAt   time.Time     // the moment from which times in the file count
	Duration  time.Duration // from BeganAt to the last entry
	Segments  int           // one for each connection of the viewer; a reload begins another
	Bytes     int64         // of the file
	SHA256    string        // of the file, in hexadecimal; empty while it is being written
	Ended     RecordingEnd
	DeletedAt time.Time // when an experimenter deleted its file; zero if nobody did
}

// Kept reports whether the file is finished and has not been deleted.
func (r Recording) Kept() bool { return r.Ended != "" && r.DeletedAt.IsZero() }
