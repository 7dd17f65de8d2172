package session

import (
	"time"

	"vmstudy/study"
)

// Status is how an attempt stands, in the terms of the person who waits for it.
type Status struct {
	Attempt  study.AttemptID    // 0 if nothing is in flight
	State    study.AttemptState // Preparing until the first picture, then Running, then how it ended
	Progress                    // of the opening, and later of what the running machine waits for
	Ready    bool               // the screen can be dialled
	Deadline time.Time          // when time will be up; zero until the first picture
	Outcome  study.Outcome      // how it finished; empty until then
	Cause    string             // why it failed, in a sentence for the participant; else empty
}
