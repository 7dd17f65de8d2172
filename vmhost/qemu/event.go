package qemu

import (
	"encoding/json"

	"vmstudy/study"
	"vmstudy/vmhost/qmp"
)

// incident is what an event of QEMU's says that matters here. QEMU 7.2, qapi/run-state.json and
// qapi/block-core.json.
type incident struct {
	Guest   bool   `json:"guest"`   // the guest did it
	Reason  string `json:"reason"`  // of SHUTDOWN
	Action  string `json:"action"`  // what QEMU does about it
	NoSpace bool   `json:"nospace"` // the disk of this computer is full
}

// Where a machine is not what its person was shown any more, what they should read of it.
var (
	errNoSpace   = study.Refuse(study.ErrConflict, "The disk of the computer that runs the desktop is full, so the desktop stopped. Make room before it is started again.")
	errDisk      = study.Refuse(study.ErrConflict, "The disk of the machine behind the desktop could not be read or written, so it was ended.")
	errDamaged   = study.Refuse(study.ErrConflict, "The disk of the machine behind the desktop is damaged, so it was ended.")
	errStopped   = study.Refuse(study.ErrConflict, "The machine behind the desktop stopped.")
	errWentOn    = study.Refuse(study.ErrConflict, "The machine behind the desktop went on before it was told to, so it was ended.")
	errOff       = study.Refuse(study.ErrConflict, "The desktop was switched off from within.")
	errRestarted = study.Refuse(study.ErrConflict, "The desktop restarted, so what was done in it is gone.")
	errAsleep    = study.Refuse(study.ErrConflict, "The desktop was put to sleep from within, and cannot be woken.")
	errCrashed   = study.Refuse(study.ErrConflict, "The system behind the desktop crashed.")
	errHung      = study.Refuse(study.ErrConflict, "The system behind the desktop hung.")
	errMemory    = study.Refuse(study.ErrConflict, "The memory of the computer that runs the desktop failed, so the desktop was ended.")
)

// endings are the events of QEMU's after which a machine is no longer what a trial is about: it stands
// still, starts anew, or its memory or disk is not to be trusted. Each tells why the machine ends, or
// nil where nothing has happened to it. held says that the machine is stopped because we said so.
//
// Left out is what a person does not notice: MIGRATION, JOB_STATUS_CHANGE, BLOCK_JOB_*,
// BLOCK_WRITE_THRESHOLD, DEVICE_*, NIC_*, VNC_* and SPICE_*, BALLOON_CHANGE, RTC_CHANGE (a guest sets its
// own clock), POWERDOWN and WAKEUP (answers to commands that we do not give), VSERPORT_CHANGE.
var endings = map[string]func(e incident, held bool) error{
	// QEMU stops a machine that finds no room, and reports other errors to the guest, whose programs
	// then hang or fail. "ignore" is a read ahead of QEMU's own, or the like.
	"BLOCK_IO_ERROR": func(e incident, _ bool) error {
		switch {
		case e.NoSpace:
			return errNoSpace
		case e.Action == "ignore":
			return nil
		}
		return errDisk
	},
	"BLOCK_IMAGE_CORRUPTED": always(errDamaged),
	"STOP":                  unless(true, errStopped),
	"RESUME":                unless(false, errWentOn),
	// With -no-reboot a restart comes as a SHUTDOWN. QEMU then ends by itself.
	"SHUTDOWN": func(e incident, _ bool) error {
		switch {
		case e.Reason == "guest-reset":
			return errRestarted
		case e.Reason == "guest-panic":
			return errCrashed
		case e.Guest:
			return errOff
		}
		return nil // our own quit
	},
	"RESET":             always(errRestarted),
	"SUSPEND":           always(errAsleep),
	"SUSPEND_DISK":      always(errAsleep),
	"GUEST_PANICKED":    always(errCrashed),
	"GUEST_CRASHLOADED": always(errCrashed),
	"WATCHDOG":          always(errHung),
	"MEMORY_FAILURE": func(e incident, _ bool) error {
		if e.Action == "ignore" {
			return nil
		}
		return errMemory
	},
}

func always(why error) func(incident, bool) error { return func(incident, bool) error { return why } }

// unless is for an event that is expected while the machine is held, or while it is not.
func unless(when bool, why error) func(incident, bool) error {
	return func(_ incident, held bool) error {
		if held == when {
			return nil
		}
		return why
	}
}

// ending tells why e ends the machine. It is nil for most events.
func ending(e qmp.Event, held bool) error {
	judge := endings[e.Name]
	if judge == nil {
		return nil
	}
	var what incident
	_ = json.Unmarshal(e.Data, &what) // what does not fit is as if it were not said: the name counts
	return judge(what, held)
}
