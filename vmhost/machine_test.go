package vmhost_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/vmhosttest"
)

func TestMain(m *testing.M) {
	vmhost.ExecMain()
	os.Exit(m.Run())
}

// within returns a context for a test that talks to a real QEMU.
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

	for range 2 { // it must be possible to connect to a screen again
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
	if err := h.Room(a); err != nil {
		t.Errorf("room on an empty host: %v", err)
	}
	m, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Room(a); !errors.Is(err, study.ErrConflict) {
		t.Errorf("room on a full host: %v; want a conflict", err)
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

func TestHostWithoutRoomOnItsDiskRefusesMachines(t *testing.T) {
	if studytest.AsRoot(t) {
		return
	}
	h := vmhosttest.HostOf(t, vmhost.Config{RunDir: filepath.Join(vmhosttest.Small(t, 8<<20), "run")})
	err := h.Room(vmhost.Appliance{RAM: 16 << 20})
	if say := study.Sentence(err); !errors.Is(err, study.ErrConflict) || !strings.Contains(say, "nearly full") {
		t.Errorf("room on a disk of 8 MiB: %v; want a refusal that says so", err)
	}
}

// qemus lists the processes of this test's QEMUs: those that have a file of dir open, or dir in their arguments.
func qemus(t *testing.T, dir string) []int {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, path := range all {
		line, err := os.ReadFile(path)
		if err != nil { // gone in the meantime
			continue
		}
		args := strings.Split(string(line), "\x00")
		if !strings.HasPrefix(filepath.Base(args[0]), "qemu-system") || !strings.Contains(string(line), dir) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, pid)
	}
	return found
}

func TestMachineThatIsKilledIsNoticedAndClearedAway(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	h := vmhosttest.Host(t, 0)
	a := vmhosttest.BootSector(t, h)
	m, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		t.Fatal(err)
	}
	pids := qemus(t, a.Dir)
	if len(pids) != 1 {
		t.Fatalf("found QEMU processes %v, want one", pids)
	}
	if err := syscall.Kill(pids[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-m.Done():
	case <-ctx.Done():
		t.Fatal("nobody noticed that QEMU was killed")
	}
	if err := m.Err(); err == nil {
		t.Error("Err is nil for a machine that was killed")
	}
	if _, err := m.DialRFB(ctx); err == nil {
		t.Error("the screen of a dead machine could be connected to")
	}
	if err := m.Close(ctx); err != nil {
		t.Errorf("close after death: %v", err)
	}
}

// TestParent is not a test: it is the program that TestMachineEndsWithItsProgram kills.
func TestParent(t *testing.T) {
	dir := os.Getenv("VMHOST_TEST_APPLIANCE")
	if dir == "" {
		t.Skip("runs as a child of TestMachineEndsWithItsProgram only")
	}
	a, err := vmhost.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vmhosttest.Host(t, 0).Resume(t.Context(), a, vmhost.Files{}); err != nil {
		t.Fatal(err)
	}
	fmt.Println("running")
	<-t.Context().Done() // never happens: we are killed
}

func TestMachineEndsWithItsProgram(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	a := vmhosttest.BootSector(t, vmhosttest.Host(t, 0))
	parent := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestParent$")
	parent.Env = append(os.Environ(), "VMHOST_TEST_APPLIANCE="+a.Dir, "TMPDIR="+t.TempDir())
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "running" {
		t.Log(lines.Text())
	}
	pids := qemus(t, a.Dir)
	if len(pids) != 1 {
		t.Fatalf("found QEMU processes %v, want one", pids)
	}
	gone, err := unix.PidfdOpen(pids[0], 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(gone)
	parent.Process.Kill()
	parent.Wait()
	poll := []unix.PollFd{{Fd: int32(gone), Events: unix.POLLIN}}
	if n, err := unix.Poll(poll, 20_000); n != 1 || err != nil {
		t.Errorf("QEMU outlived the program that started it (%d, %v)", n, err)
	}
}

func TestMachineNeverWritesToTheAppliance(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	h := vmhosttest.Host(t, 0)
	a := vmhosttest.BootSector(t, h)
	m, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		t.Fatal(err)
	}
	task, err := a.Task("press")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Begin(ctx, task); err != nil { // the guest writes the line to its memory
		t.Fatal(err)
	}
	m.Close(ctx)
	if err := a.Verify(ctx, nil); err != nil {
		t.Error(err)
	}
}

func TestHostRefusesAnApplianceMadeElsewhere(t *testing.T) {
	h := vmhosttest.Host(t, 0)
	fits := vmhost.Appliance{Name: "x", QEMU: h.QEMUVersion(), Machine: "pc-q35-7.2", CPU: "Nehalem", Accelerator: "tcg"}
	if err := h.Check(t.Context(), fits); err != nil {
		t.Errorf("an appliance made here: %v", err)
	}
	for name, change := range map[string]func(*vmhost.Appliance){
		"by another series of QEMU": func(a *vmhost.Appliance) { a.QEMU = "6.1.0" },
		"with another machine type": func(a *vmhost.Appliance) { a.Machine = "pc-q35-6.1" },
		"with another CPU":          func(a *vmhost.Appliance) { a.CPU = "host" },
		"under another accelerator": func(a *vmhost.Appliance) { a.Accelerator = "kvm" },
	} {
		a := fits
		change(&a)
		var refusal *study.Refusal
		if err := h.Check(t.Context(), a); !errors.As(err, &refusal) || !strings.Contains(refusal.Say, "studyctl appliance build x") {
			t.Errorf("made %s: %v; want a refusal that says how to build it again", name, err)
		}
	}
}

func TestAcceleratorIsFoundByBooting(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	vmhosttest.Host(t, 0) // skips the test if there is no QEMU
	h, err := vmhost.NewHost(ctx, vmhost.Config{RunDir: filepath.Join(t.TempDir(), "run")})
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Accelerator(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "kvm" && got.Name != "tcg" || got.Reason == "" {
		t.Errorf("accelerator %+v, want kvm or tcg with a reason", got)
	}
	if again, err := h.Accelerator(ctx); again != got || err != nil {
		t.Errorf("asked again: %+v, %v; want the same", again, err)
	}
	t.Logf("%+v", got)
}

func TestMachineIsConfinedAndReadsItsMemoryPageByPage(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	h := vmhosttest.Host(t, 0)
	a := vmhosttest.BootSector(t, h)
	m, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close(ctx)
	pids := qemus(t, a.Dir)
	if len(pids) != 1 {
		t.Fatalf("found QEMU processes %v, want one", pids)
	}
	read := func(name string) string {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pids[0], name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	status := strings.Join(strings.Fields(read("status")), " ")
	for _, want := range []string{"NoNewPrivs: 1", "Seccomp: 2", "CapEff: 0000000000000000"} {
		if m.Facts().Confinement != vmhost.Unconfined && !strings.Contains(status, want) {
			t.Errorf("no %q in the status of QEMU", want)
		}
	}
	_, memory, found := strings.Cut(read("smaps"), "memory.raw\n")
	_, flags, _ := strings.Cut(memory, "VmFlags:")
	flags, _, _ = strings.Cut(flags, "\n")
	if !found || slices.Contains(strings.Fields(flags), "hg") {
		t.Errorf("guest memory has flags %q; want no hg: huge pages read 128 KiB a fault", flags)
	}
}
