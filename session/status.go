package session

import (
	"time"

	"vmstudy/study"
)

// Status is how an attempt stands, in the terms of the person who waits for it.
type Status struct {
	Attempt  study.AttemptID    // 0 if nothing is in flight
	State    study.AttemptState // Preparing until the first picture, then Running, then how it ended
	Stage    string             // what is happening, in a few plain words: "Loading the desktop"
	Done     int64              // bytes of this stage that have arrived
	Total    int64              // bytes of this stage in all; 0 if it is not about bytes
	Left     time.Duration      // until the stage is done, as far as can be told; 0 if it cannot
	Ready    bool               // the screen can be dialled
	Deadline time.Time          // when time will be up; zero until the first picture
	Outcome  study.Outcome      // how it finished; empty until then
	Cause    string             // why it failed, in a sentence for the participant; else empty
}
