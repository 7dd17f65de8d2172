package linux

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"vmstudy/vmhost/qemu"
	"vmstudy/vmhost/tool"
)

// A Program is run by Run as the only program of a machine. That is for programs that need another kernel than this
// computer's, or that must not change anything on this computer.
type Program struct {
	Path    string   // of a static executable
	Args    []string // without its name
	Env     []string // "NAME=value"; nothing is inherited
	Modules []string // kernel modules that it needs
	Memory  int64    // of the machine, in bytes
	Disk    int64    // of the machine, in MiB, at least 1; Run gives it none
	Init    []byte   // the script that loads the modules and runs /start; nil for Run's

	// Exact gives the machine a clock that counts its instructions, 500 million to a second. While the machine sleeps,
	// its clock jumps to the end of the sleep. So timers are exact, however busy this computer is, and time in the machine
	// has nothing to do with time outside.
	Exact bool
}

// An ExitError says that a program ended by itself with an exit code that is not 0.
type ExitError struct{ Code int }

func (e ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Code) }

//go:embed program-init.sh
var programInit []byte

// exitLine begins the last line of a machine's output; see program-init.sh.
const exitLine = "vmhost-exit "

// Run boots kernel in an emulated machine with p as its only program, and writes to out what p writes to stdout and
// stderr. It returns when p has ended: nil if the exit code is 0, else an ExitError. Any other error says why p did
// not run to its end, with the last lines of the machine's console. The machine has no disk and no network.
func Run(ctx context.Context, kernel Kernel, p Program, out io.Writer) error {
	dir, err := os.MkdirTemp("", "vmhost-program-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	initramfs := filepath.Join(dir, "initramfs.cpio")
	if err := p.Pack(kernel, initramfs); err != nil {
		return fmt.Errorf("pack %s: %w", p.Path, err)
	}
	console := filepath.Join(dir, "console")
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64", p.arguments(kernel, initramfs, console)...)
	cmd.WaitDelay = 2 * time.Second
	said := &exitWatcher{to: out}
	var complaint tool.Tail
	cmd.Stdout, cmd.Stderr = said, &complaint
	err = cmd.Run()
	if code, ended := said.exit(); ended {
		if code != 0 {
			return ExitError{Code: code}
		}
		return nil
	}
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case err == nil:
		err = errors.New("the machine stopped before the program ended")
	}
	return fmt.Errorf("%w; its console ended with:\n%s%s", err, lastLines(console), complaint.String())
}

// Pack writes the initramfs that has the program and starts it.
func (p Program) Pack(kernel Kernel, initramfs string) error {
	text, err := os.ReadFile(p.Path)
	if err != nil {
		return err
	}
	first := programInit
	if p.Init != nil {
		first = p.Init
	}
	return kernel.initramfs(initramfs, p.Modules, []initFile{
		{"init", 0o100755, first},
		{"program", 0o100755, text},
		{"start", 0o100644, []byte(p.command())},
	})
}

// command returns the shell command that starts the program.
func (p Program) command() string {
	words := []string{"exec", "/bin/busybox", "env", "-i"}
	for _, w := range append(append(p.Env, "/program"), p.Args...) {
		words = append(words, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
	}
	return strings.Join(words, " ") + "\n"
}

func (p Program) arguments(kernel Kernel, initramfs, console string) []string {
	args := []string{
		"-no-user-config", "-nodefaults", "-no-reboot", "-display", "none",
		"-machine", "q35", "-cpu", qemu.CPUModel, "-m", strconv.FormatInt(p.Memory>>20, 10) + "M",
		"-accel", "tcg", "-nic", "none",
		"-chardev", "file,id=console,path=" + qemu.Quote(console), "-serial", "chardev:console",
		"-chardev", "stdio,id=program,signal=off", "-serial", "chardev:program",
		"-kernel", kernel.Image, "-initrd", initramfs,
		"-append", "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on",
	}
	if p.Exact {
		return append(args, "-icount", "shift=1,sleep=off")
	}
	return args
}

// lastLines returns the end of a file, or nothing if there is no such file.
func lastLines(path string) string {
	text, _ := os.ReadFile(path)
	text = bytes.ReplaceAll(text, []byte("\r"), nil)
	// A kernel panic first says what happened, and then prints more than a Tail keeps. So begin at its first line.
	if at := bytes.LastIndex(text, []byte("Kernel panic")); at >= 0 {
		return string(text[at:min(at+tool.TailSize, len(text))])
	}
	var end tool.Tail
	_, _ = end.Write(text)
	return end.String()
}

// exitWatcher passes on whole lines, except the one with the exit code.
type exitWatcher struct {
	to   io.Writer
	part []byte // of a line
	code string
}

func (e *exitWatcher) Write(p []byte) (int, error) {
	e.part = append(e.part, p...)
	for {
		line, rest, whole := bytes.Cut(e.part, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		if code, is := strings.CutPrefix(string(line), exitLine); is {
			e.code = code
		} else if _, err := e.to.Write(e.part[:len(line)+1]); err != nil {
			return 0, err
		}
		e.part = rest
	}
}

// exit returns the exit code, if the program has ended.
func (e *exitWatcher) exit() (code int, ended bool) {
	code, err := strconv.Atoi(strings.TrimSpace(e.code))
	return code, err == nil
}
