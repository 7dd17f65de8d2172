package vmhost_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/vmhosttest"
)

func TestMain(m *testing.M) {
	vmhost.ExecMain()
	os.Exit(m.Run())
}

// within bounds a test that talks to a real QEMU.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestMachineResumesShowsItsScreenAndBeginsATask(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	h := vmhosttest.Host(t, 0)
	a := vmhosttest.BootSector(t, h)
	began := time.Now()
	m, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("resumed in %v", time.Since(began))
	defer m.Close(ctx)

	for range 2 { // a screen can be connected to again
		conn, err := m.DialRFB(ctx)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		hello := make([]byte, 12)
		if _, err := io.ReadFull(bufio.NewReader(conn), hello); err != nil || string(hello) != "RFB 003.008\n" {
			t.Errorf("screen says %q, %v; want RFB 003.008", hello, err)
		}
		conn.Close()
	}
	task, err := a.Task("press")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Begin(ctx, task); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := m.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if err := m.Err(); err != nil {
		t.Errorf("after Close, Err is %v, want nil", err)
	}
}

func TestHostRefusesMoreMachinesThanFit(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	h := vmhosttest.Host(t, 300<<20)
	a := vmhosttest.BootSector(t, h)
	if got := h.Capacity(a); got != 1 {
		t.Errorf("capacity is %d, want 1", got)
	}
	m, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		t.Fatal(err)
	}
	var refusal *study.Refusal
	if _, err := h.Resume(ctx, a, vmhost.Files{}); !errors.As(err, &refusal) || !errors.Is(err, study.ErrConflict) {
		t.Errorf("second machine: %v; want a refusal of kind conflict", err)
	}
	m.Close(ctx)
	again, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	again.Close(ctx)
}
