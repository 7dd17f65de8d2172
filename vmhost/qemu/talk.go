package qemu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"vmstudy/study"
	"vmstudy/vmhost/qmp"
	"vmstudy/vmhost/wire"
)

// onEvent is called with each QMP event, and ends the process after an event that ends the machine; see endings.
func (p *Process) onEvent(e qmp.Event) {
	if e.Name == "MIGRATION" {
		_, rest, _ := strings.Cut(string(e.Data), `"status": "`)
		status, _, _ := strings.Cut(rest, `"`)
		select {
		case p.migration <- status:
		default: // nobody waits
		}
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if why := ending(e, p.held); why != nil && p.fate == nil {
		p.fate = fmt.Errorf("%w (%s %s)", why, e.Name, e.Data)
		p.Kill()
	}
}

// Hold stops the machine. Its STOP event is expected then, and does not end it.
func (p *Process) Hold(ctx context.Context) error { return p.order(ctx, "stop", true) }

// Release lets the machine go on.
func (p *Process) Release(ctx context.Context) error { return p.order(ctx, "cont", false) }

// ReleaseLate is Release after a Hold that QEMU may not have carried out yet: its STOP event is expected until QEMU has answered.
func (p *Process) ReleaseLate(ctx context.Context) error {
	err := p.QMP.Execute(ctx, "cont", nil, nil)
	if err == nil {
		p.mu.Lock()
		p.held = false
		p.mu.Unlock()
	}
	return err
}

func (p *Process) order(ctx context.Context, command string, held bool) error {
	p.mu.Lock()
	p.held = held // before the command, since QEMU sends the event before it answers
	p.mu.Unlock()
	return p.QMP.Execute(ctx, command, nil, nil)
}

// migrated waits until the migration under way has completed.
func (p *Process) migrated(ctx context.Context) error {
	for {
		select {
		case status := <-p.migration:
			switch status {
			case "completed":
				return nil
			case "failed", "cancelled":
				return fmt.Errorf("migration %s", status)
			}
		case <-p.done:
			return p.Explain(errors.New("qemu is gone"))
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Save writes the state of the devices of a machine that stands still.
func (p *Process) Save(ctx context.Context, state *os.File) error {
	return p.migrate(ctx, "migrate", state)
}

// Load gives a QEMU that has just started the state of its devices.
func (p *Process) Load(ctx context.Context, state *os.File) error {
	return p.migrate(ctx, "migrate-incoming", state)
}

// migrate runs one of QEMU's two commands for migration, to or from a file, and waits until it has completed. Guest memory
// is not migrated: it has a file of its own.
func (p *Process) migrate(ctx context.Context, command string, state *os.File) error {
	type capability struct {
		Name  string `json:"capability"`
		State bool   `json:"state"`
	}
	err := p.QMP.Execute(ctx, "migrate-set-capabilities", map[string]any{
		"capabilities": []capability{{"x-ignore-shared", true}, {"events", true}},
	}, nil)
	if err != nil {
		return err
	}
	if err := p.QMP.SendFile(ctx, "state", state); err != nil {
		return err
	}
	if err := p.QMP.Execute(ctx, command, map[string]string{"uri": "fd:state"}, nil); err != nil {
		return err
	}
	return p.migrated(ctx)
}

// Begin tells the guest's agent which task is to be done.
func (p *Process) Begin(ctx context.Context, t study.Task) error {
	return wire.WriteBefore(ctx, p.agent, []byte(beginLine(t))) // whole or not at all
}

// AskPages asks the agent what the guest uses its memory for. The answer comes as words.
func (p *Process) AskPages(ctx context.Context) error {
	return wire.WriteBefore(ctx, p.agent, []byte("pages\n"))
}
