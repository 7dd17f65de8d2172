package study

import "time"

// AttemptState is the state of one attempt at a trial.
type AttemptState string

// The states. The zero value means that there was no attempt.
const (
	Preparing   AttemptState = "preparing"   // the desktop is being opened
	Running     AttemptState = "running"     // the participant has seen the first picture
	Finished    AttemptState = "finished"    // it came to an Outcome
	Interrupted AttemptState = "interrupted" // the server stopped in the middle of it
	Failed      AttemptState = "failed"      // the machine, the link or the stream failed
)

// Live reports whether an attempt in state s is in flight.
func (s AttemptState) Live() bool { return s == Preparing || s == Running }

// mayBecome lists, for each state, the states that may follow it.
var mayBecome = map[AttemptState][]AttemptState{
	"":        {Preparing},
	Preparing: {Running, Failed, Interrupted},
	Running:   {Finished, Failed, Interrupted},
}

// MayBecome reports whether an attempt in state s may change to next.
func (s AttemptState) MayBecome(next AttemptState) bool {
	for _, n := range mayBecome[s] {
		if n == next {
			return true
		}
	}
	return false
}

// Outcome is how a finished attempt ended.
type Outcome string

// The outcomes. The zero value means that the attempt has not finished.
const (
	Completed Outcome = "completed" // the appliance saw that the task is complete
	SaidDone  Outcome = "said_done" // the participant said so; the appliance did not see it
	GaveUp    Outcome = "gave_up"
	TimeUp    Outcome = "time_up"
	// EndedByExperimenter says nothing about the participant; Attempt.Cause says why it was done.
	EndedByExperimenter Outcome = "ended_by_experimenter"
)

// Attempt is one try at a trial. A trial needs several only if a machine failed or the
// server stopped.
type Attempt struct {
	ID      AttemptID
	Trial   TrialID
	Number  int // 1, 2, 3, ... within the trial
	State   AttemptState
	Outcome Outcome
	Cause   string // for experimenters: why it failed, was interrupted, or was ended by an experimenter; else empty

	AskedAt   time.Time // the participant pressed Start
	StartedAt time.Time // the first picture was drawn: the clock of the task begins
	EndedAt   time.Time

	Set      Network    // what the link was told to be; zero for the local method
	Seed     uint64     // of the link's random numbers (loss, jitter, ...)
	Measured RoundTrips // what a probe found before the desktop opened; zero for the local method
	Link     LinkReport // the traffic of the link
	Desktop  DesktopReport
}

// FirstPicture returns the time from Start to the first picture. It is 0 if there was no picture, or if
// the page was out of sight when the picture was ready.
func (a Attempt) FirstPicture() time.Duration {
	if a.Desktop.Unseen {
		return 0
	}
	return span(a.AskedAt, a.StartedAt)
}

// UntilCrisp returns the time from Start to at, a moment at which the desktop was crisp. It is 0 if at is zero.
func (a Attempt) UntilCrisp(at time.Time) time.Duration { return span(a.AskedAt, at) }

// TimeOnTask returns the time from the first picture to the end; 0 if it has not ended.
func (a Attempt) TimeOnTask() time.Duration { return span(a.StartedAt, a.EndedAt) }

func span(from, to time.Time) time.Duration {
	if from.IsZero() || to.IsZero() {
		return 0
	}
	return to.Sub(from)
}

// DesktopReport says how a desktop was made, what it fetched, and how its machine ran.
type DesktopReport struct {
	Accelerator string        // "kvm" or "tcg", found by booting
	QEMU        string        // version, as in "7.2.22"
	Display     string        // the server that showed its screen: "dbus" is ours, "vnc" is QEMU's; empty for attempts older than this field
	Keyboard    string        // the layout of the guest's keyboard, into which the participant's signs were translated; empty: keys arrived by their places
	Appliance   string        // content identity of the appliance
	Strategy    Strategy      // by which it was streamed; empty unless streamed
	Repertoire  string        // the rehearsals by which the stream foretold what would be touched, see Repertoire; empty if there were none, and for attempts older than this field
	Warm        bool          // the stream began with what the near cache had
	Kept        int64         // pages that the near cache had at the start
	Restored    int64         // of Kept: pages that the machine touched
	Saved       int64         // bytes that did not travel again: what the restored pages cost when they first came
	BytesMoved  int64         // memory and disk that travelled, compressed; 0 unless streamed
	Pages       int64         // 4 KiB pages that travelled
	Accessed    int64         // different pages that the machine touched, without pages of zeros
	Missed      int64         // of Accessed: pages that had not arrived when the running machine touched them
	Misses      int64         // reads that waited for pages
	Waited      time.Duration // total of these waits
	Longest     time.Duration // longest of these waits
	Pauses      int64         // how often the machine was held so that more pages could come
	Paused      time.Duration // total time that it was held
	Ready       time.Duration // from the request until the machine ran
	Loaded      time.Duration // from the request until everything foreseen had arrived; 0 if that never happened
	Unseen      bool          // the page was, or may have been, out of sight when the first picture was ready; so the picture was drawn late

	// What the machine's screen sent to the participant, as it left the machine. All are 0 for attempts older than these fields.
	Updates      int64 // messages that drew something new
	UpdateBytes  int64 // length of these
	Refreshes    int64 // messages that brought without loss what had been sent with loss
	RefreshBytes int64 // length of these
	Films        int64 // of Updates: messages with a picture of a film, as H.264

	// What became of the inputs. Each press, release and move counts by itself, and
	// InputsBrought = InputsDelivered + InputsPassed + InputsLost. All are 0 for attempts older than these fields.
	InputsBrought   int64         // reached the machine
	InputsDelivered int64         // went into the guest
	InputsPassed    int64         // moves and key repeats that a later one replaced before they went in
	InputsLost      int64         // never went in: the guest has no such key, or the desktop closed first
	InputsForeign   int64         // presses of signs that the guest's keyboard does not have; most of them are in InputsLost
	InputsDelayed   int64         // of InputsDelivered: how many waited until the guest had room
	InputDelay      time.Duration // total of these waits
	LongestDelay    time.Duration // longest of these waits

	// How the machine moved to other hosts. All are 0 if it never did.
	Moved       int64         // how often it ran on at another host
	MoveStood   time.Duration // total time that it stood still for that
	MoveWhole   time.Duration // from when the latest move began until all of the machine was there; 0 if that never happened
	MoveBytes   int64         // that travelled until then, or until the desktop closed
	MoveMissed  int64         // pages that had not arrived when the running machine touched them
	MoveLongest time.Duration // longest wait for one of them
}

// FetchRatio is the number of pages that travelled for each page that was touched; 0 if none was touched.
func (r DesktopReport) FetchRatio() float64 { return share(r.Pages, r.Accessed) }

// MissRate is the share, from 0 to 1, of the touched pages that did not arrive in time.
func (r DesktopReport) MissRate() float64 { return share(r.Missed, r.Accessed) }

// Buffering is the share, from 0 to 1, of the time from Start to the end in which the machine could not run:
// before it was ready, while it was held and while it waited for pages. It is 0 if the attempt has not ended.
func (a Attempt) Buffering() float64 {
	return share(int64(a.Desktop.Ready+a.Desktop.Paused+a.Desktop.Waited), int64(span(a.AskedAt, a.EndedAt)))
}

// PausesPerMinute is how often the machine was held in a minute of the task; 0 if it has not ended.
func (a Attempt) PausesPerMinute() float64 {
	if a.TimeOnTask() == 0 {
		return 0
	}
	return float64(a.Desktop.Pauses) / a.TimeOnTask().Minutes()
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
