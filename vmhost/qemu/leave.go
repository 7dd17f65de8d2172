package qemu

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// SaveDevices writes the state of the devices of a machine that stands still to f, without its memory. Save cannot do that if the
// memory is mapped privately, as that of every resumed machine is: it would write the memory, too. A machine loads the
// state if its arguments are those of ResumeArgs with Left.
//
// QEMU calls the command xen-save-devices-state. Nothing in it needs Xen.
func (p *Process) SaveDevices(ctx context.Context, f *os.File) error {
	var added struct {
		Set int `json:"fdset-id"`
		FD  int `json:"fd"`
	}
	if err := p.QMP.ExecuteWith(ctx, "add-fd", nil, &added, f); err != nil {
		return err
	}
	// live: else QEMU would take its disk for that of the other machine, and let nobody read it.
	err := p.QMP.Execute(ctx, "xen-save-devices-state", map[string]any{
		"filename": fmt.Sprintf("/proc/self/fd/%d", added.FD), "live": true,
	}, nil)
	return errors.Join(err, p.QMP.Execute(ctx, "remove-fd", map[string]int{"fdset-id": added.Set}, nil))
}

// Export lets one connection to l read the disk of the machine, by the network block device protocol and under the name "disk".
// The caller may close its end of l afterwards. Unexport ends it.
func (p *Process) Export(ctx context.Context, l *net.UnixListener) error {
	node, err := p.diskNode(ctx)
	if err != nil {
		return err
	}
	f, err := l.File()
	if err != nil {
		return err
	}
	defer f.Close()
	if err := p.QMP.SendFile(ctx, "export", f); err != nil {
		return err
	}
	err = p.QMP.Execute(ctx, "nbd-server-start", map[string]any{
		"addr": map[string]any{"type": "fd", "data": map[string]string{"str": "export"}}, "max-connections": 1,
	}, nil)
	if err != nil {
		return err
	}
	err = p.QMP.Execute(ctx, "block-export-add", map[string]any{
		"type": "nbd", "id": "disk", "node-name": node, "name": "disk", "writable": false,
	}, nil)
	if err != nil {
		return errors.Join(err, p.Unexport(ctx))
	}
	return nil
}

// Unexport ends what Export began, and the connection to it.
func (p *Process) Unexport(ctx context.Context) error {
	return p.QMP.Execute(ctx, "nbd-server-stop", nil, nil)
}

// diskNode returns QEMU's name of what the guest's disk is read from.
func (p *Process) diskNode(ctx context.Context) (string, error) {
	var drives []struct {
		Device   string `json:"device"`
		Inserted struct {
			Node string `json:"node-name"`
		} `json:"inserted"`
	}
	if err := p.QMP.Execute(ctx, "query-block", nil, &drives); err != nil {
		return "", err
	}
	for _, d := range drives {
		if d.Device == "disk" {
			return d.Inserted.Node, nil
		}
	}
	return "", errors.New("the machine has no disk")
}

// MemoryAt returns the address, in the QEMU's own address space, of the guest's memory.
func (p *Process) MemoryAt(ctx context.Context) (int64, error) {
	var says string
	err := p.QMP.Execute(ctx, "human-monitor-command", map[string]string{"command-line": "gpa2hva 0"}, &says)
	if err != nil {
		return 0, err
	}
	_, at, found := strings.Cut(says, " is 0x") // "Host virtual address for 0x0 (ram0) is 0x7f7277fff000"
	base, err := strconv.ParseInt(strings.TrimSpace(at), 16, 64)
	if !found || err != nil {
		return 0, fmt.Errorf("the address of the guest's memory: QEMU says %q", says)
	}
	return base, nil
}
