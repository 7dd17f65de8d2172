package qemu

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"vmstudy/vmhost/qmp"
)

// told is something that a QEMU says of its machine.
type told struct {
	held bool // we have stopped the machine ourselves
	says []string
	want error // nil: the machine goes on, or ends for no reason of its own
}

// Told is what a QEMU may say of itself, and why its machine ends then. The words are those of QEMU 7.2's own documentation
// (docs/interop/qemu-qmp-ref) and of the machines in machines_test.go.
var Told = map[string]told{
	"the disk of the computer is full": {
		says: []string{`{"event": "BLOCK_IO_ERROR", "data": {"device": "disk", "operation": "write", "action": "stop", "reason": "No space left on device", "nospace": true}}`},
		want: errNoSpace,
	},
	"the disk of the computer is full, and so QEMU stops the machine": {
		says: []string{
			`{"event": "BLOCK_IO_ERROR", "data": {"device": "disk", "operation": "write", "action": "stop", "reason": "No space left on device", "nospace": true}}`,
			`{"event": "STOP"}`,
		},
		want: errNoSpace,
	},
	"the disk cannot be read, and the guest is told": {
		says: []string{`{"event": "BLOCK_IO_ERROR", "data": {"device": "disk", "operation": "read", "action": "report", "reason": "Input/output error", "nospace": false}}`},
		want: errDisk,
	},
	"the disk cannot be written, and QEMU stops the machine": {
		says: []string{`{"event": "BLOCK_IO_ERROR", "data": {"device": "disk", "operation": "write", "action": "stop", "reason": "Input/output error"}}`},
		want: errDisk,
	},
	"the disk cannot be read ahead, of which the guest learns nothing": {
		says: []string{`{"event": "BLOCK_IO_ERROR", "data": {"device": "disk", "operation": "read", "action": "ignore", "reason": "Input/output error"}}`},
	},
	"the image of the disk is damaged": {
		says: []string{`{"event": "BLOCK_IMAGE_CORRUPTED", "data": {"device": "disk", "msg": "Prevented active L1 table overwrite", "offset": 196608, "size": 65536, "fatal": true}}`},
		want: errDamaged,
	},
	"the machine stops, and nobody has told it to": {says: []string{`{"event": "STOP"}`}, want: errStopped},
	"the machine stops as it was told to":          {held: true, says: []string{`{"event": "STOP"}`}},
	"the machine goes on as it was told to":        {says: []string{`{"event": "RESUME"}`}},
	"the machine goes on while it is held":         {held: true, says: []string{`{"event": "RESUME"}`}, want: errWentOn},
	"the guest switches itself off":                {says: []string{`{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}`}, want: errOff},
	"the guest restarts, which is forbidden":       {says: []string{`{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}`}, want: errRestarted},
	"the guest ends because it has panicked":       {says: []string{`{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-panic"}}`}, want: errCrashed},
	"we end the machine":                           {says: []string{`{"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-qmp-quit"}}`}},
	"somebody ends the machine by a signal":        {says: []string{`{"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-signal"}}`}, want: errStopped},
	"somebody closes its window":                   {says: []string{`{"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-ui"}}`}, want: errStopped},
	"QEMU cannot go on":                            {says: []string{`{"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-error"}}`}, want: errStopped},
	"somebody restarts it, which is forbidden":     {says: []string{`{"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-qmp-system-reset"}}`}, want: errStopped},
	"the machine starts anew":                      {says: []string{`{"event": "RESET", "data": {"guest": true, "reason": "guest-reset"}}`}, want: errRestarted},
	"the guest sleeps":                             {says: []string{`{"event": "SUSPEND"}`}, want: errAsleep},
	"the guest saves itself to the disk":           {says: []string{`{"event": "SUSPEND_DISK"}`}, want: errAsleep},
	"the guest has panicked":                       {says: []string{`{"event": "GUEST_PANICKED", "data": {"action": "pause"}}`}, want: errCrashed},
	"the guest saves what it was when it crashed":  {says: []string{`{"event": "GUEST_CRASHLOADED", "data": {"action": "run"}}`}, want: errCrashed},
	"the guest does not feed its watchdog":         {says: []string{`{"event": "WATCHDOG", "data": {"action": "reset"}}`}, want: errHung},
	"memory of the computer has failed": {
		says: []string{`{"event": "MEMORY_FAILURE", "data": {"recipient": "hypervisor", "action": "fatal", "flags": {"action-required": false, "recursive": false}}}`},
		want: errMemory,
	},
	"memory has failed, and the guest is told": {
		says: []string{`{"event": "MEMORY_FAILURE", "data": {"recipient": "guest", "action": "inject", "flags": {"action-required": true, "recursive": false}}}`},
		want: errMemory,
	},
	"memory has failed that nobody uses": {
		says: []string{`{"event": "MEMORY_FAILURE", "data": {"recipient": "guest", "action": "ignore", "flags": {"action-required": false, "recursive": false}}}`},
	},
	"an event without data that matters": {says: []string{`{"event": "WATCHDOG"}`}, want: errHung},
	"an event whose data makes no sense": {says: []string{`{"event": "BLOCK_IO_ERROR", "data": [7]}`}, want: errDisk},
	"two causes, of which the first counts": {
		says: []string{`{"event": "GUEST_PANICKED", "data": {"action": "pause"}}`, `{"event": "STOP"}`, `{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-panic"}}`},
		want: errCrashed,
	},
	"its power button is pressed":     {says: []string{`{"event": "POWERDOWN"}`}},
	"the guest wakes":                 {says: []string{`{"event": "WAKEUP"}`}},
	"the guest sets its clock":        {says: []string{`{"event": "RTC_CHANGE", "data": {"offset": 78, "qom-path": "/machine/unattached/device[5]/rtc"}}`}},
	"the guest's agent listens":       {says: []string{`{"event": "VSERPORT_CHANGE", "data": {"id": "channel0", "open": true}}`}},
	"a viewer comes":                  {says: []string{`{"event": "VNC_CONNECTED", "data": {"server": {"auth": "none"}, "client": {}}}`, `{"event": "VNC_INITIALIZED", "data": {}}`}},
	"a viewer goes":                   {says: []string{`{"event": "VNC_DISCONNECTED", "data": {"server": {"auth": "none"}, "client": {}}}`}},
	"its state is being loaded":       {says: []string{`{"event": "MIGRATION", "data": {"status": "active"}}`, `{"event": "MIGRATION_PASS", "data": {"pass": 2}}`}},
	"its disk is handed on no longer": {says: []string{`{"event": "BLOCK_EXPORT_DELETED", "data": {"id": "disk"}}`}},
}

// Unnoticed are the other events that a QEMU 7.2 knows. They come with devices and commands that our machines do not have:
// jobs and quorums of disks, networks, SPICE, devices that are plugged in and out, balloons, dumps, replicas.
var Unnoticed = []string{
	"ACPI_DEVICE_OST", "BALLOON_CHANGE", "BLOCK_JOB_CANCELLED", "BLOCK_JOB_COMPLETED", "BLOCK_JOB_ERROR", "BLOCK_JOB_PENDING", "BLOCK_JOB_READY",
	"BLOCK_WRITE_THRESHOLD", "COLO_EXIT", "DEVICE_DELETED", "DEVICE_TRAY_MOVED", "DEVICE_UNPLUG_GUEST_ERROR", "DUMP_COMPLETED", "FAILOVER_NEGOTIATED",
	"JOB_STATUS_CHANGE", "MEMORY_DEVICE_SIZE_CHANGE", "MEM_UNPLUG_ERROR", "NETDEV_STREAM_CONNECTED", "NETDEV_STREAM_DISCONNECTED", "NIC_RX_FILTER_CHANGED",
	"PR_MANAGER_STATUS_CHANGED", "QUORUM_FAILURE", "QUORUM_REPORT_BAD", "RDMA_GID_STATUS_CHANGED", "SPICE_CONNECTED", "SPICE_DISCONNECTED",
	"SPICE_INITIALIZED", "SPICE_MIGRATE_COMPLETED", "UNPLUG_PRIMARY", "VFU_CLIENT_HANGUP",
}

func TestEachEventEndsAMachineOrDoesNot(t *testing.T) {
	for name, tt := range Told {
		t.Run(name, func(t *testing.T) {
			killed := false
			p := &Process{held: tt.held, migration: make(chan string, 16), kill: func() error { killed = true; return nil }}
			hearFrom(t, p, tt.says)
			if got := p.Fate(); !errors.Is(got, tt.want) || (got == nil) != (tt.want == nil) {
				t.Errorf("it ends because %v, want %v", got, tt.want)
			}
			if killed != (tt.want != nil) {
				t.Errorf("it was ended: %v, want %v", killed, !killed)
			}
		})
	}
}

func TestEachEventThatEndsAMachineIsTried(t *testing.T) {
	tried := map[string]bool{}
	for _, tt := range Told {
		if tt.want != nil {
			for _, name := range tt.Events(t) {
				tried[name] = true
			}
		}
	}
	for name := range endings {
		if !tried[name] {
			t.Errorf("no test has %s end a machine", name)
		}
	}
}

// Events returns the names of the events in it.
func (tt told) Events(t *testing.T) (names []string) {
	t.Helper()
	for _, line := range tt.says {
		var e struct{ Event string }
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Event == "" {
			t.Fatalf("%s is no event: %v", line, err)
		}
		names = append(names, e.Event)
	}
	return names
}

// hearFrom connects p to the end of a connection from which a QEMU greets, says lines and is gone.
func hearFrom(t *testing.T, p *Process, lines []string) {
	t.Helper()
	ours, end, err := connPair()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := net.FileConn(end)
	if err != nil {
		t.Fatal(err)
	}
	end.Close()
	said := make(chan error, 1)
	go func() {
		defer theirs.Close()
		_, err := fmt.Fprintln(theirs, `{"QMP": {"version": {}, "capabilities": []}}`)
		if err == nil {
			_, err = bufio.NewReader(theirs).ReadString('\n') // qmp_capabilities
		}
		if err == nil {
			_, err = io.WriteString(theirs, `{"return": {}, "id": 1}`+"\n"+strings.Join(lines, "\n")+"\n")
		}
		said <- err
	}()
	p.QMP, err = qmp.Connect(t.Context(), ours, p.onEvent)
	if err := errors.Join(err, <-said); err != nil {
		t.Fatal(err)
	}
	<-p.QMP.Done()
}
