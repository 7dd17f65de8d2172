package qemu

import (
	"encoding/json"

	"vmstudy/study"
	"vmstudy/vmhost/qmp"
)

// incident has those data of QEMU's events that matter here (QEMU 7.2, qapi/run-state.json and qapi/block-core.json).
type incident struct {
	Guest   bool   `json:"guest"`   // the guest did it
	Reason  string `json:"reason"`  // of SHUTDOWN
	Action  string `json:"action"`  // what QEMU does about it
	NoSpace bool   `json:"nospace"` // the disk of this computer is full
}

// What a participant reads when their machine has ended.
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

// endings are the QMP events after which a trial cannot go on: the machine stands still or starts anew, or its memory or
// disk cannot be trusted. Each function returns why the machine ends, or nil if nothing has happened to it. held says
// that we have stopped the machine ourselves.
//
// The events that a person does not notice are left out: MIGRATION, JOB_STATUS_CHANGE, BLOCK_JOB_*,
// BLOCK_WRITE_THRESHOLD, DEVICE_*, NIC_*, VNC_* and SPICE_*, BALLOON_CHANGE, RTC_CHANGE (a guest sets its
// own clock), POWERDOWN and WAKEUP (answers to commands that we do not give), VSERPORT_CHANGE.
var endings = map[string]func(e incident, held bool) error{
	// QEMU stops a machine for which there is no room on the disk. It reports other errors to the guest, whose programs
	// then hang or fail. With "ignore" the guest does not notice: QEMU itself tried to read ahead, for instance.
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
		case e.Reason == "host-qmp-quit": // our own
			return nil
		}
		return errStopped // by a signal, for instance
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

// unless is for an event that is expected if held equals when. In the other case the machine ends with why.
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
	_ = json.Unmarshal(e.Data, &what) // without data the name of the event decides alone
	return judge(what, held)
}
