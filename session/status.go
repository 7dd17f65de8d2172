package session

import (
	"time"

	"vmstudy/study"
)

// Status is the state of an attempt as the waiting participant needs it.
type Status struct {
	Attempt  study.AttemptID    // 0 if nothing is in flight
	State    study.AttemptState // Preparing until the first picture, then Running, then the final state
	Progress                    // of opening the desktop, and later of loading more while the machine is held
	Ready    bool               // the screen can be dialled
	Deadline time.Time          // when time will be up; zero until the first picture
}
