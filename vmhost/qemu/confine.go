package qemu

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// execName is the name under which the program starts itself anew, to become a QEMU or to supervise one.
const execName = "vmhost-exec"

// confinement says what the newly started program does before QEMU's first instruction.
type confinement struct {
	Args        []string    // of QEMU, its path first
	MemoryLimit uint64      // bytes of address space
	Confinement Confinement // unless it is Unconfined, stay as process 1 of a namespace and start QEMU as a child
	ReadOnly    string      // a file that a confined QEMU may only read, even if it opens it for writing
}

// ExecMain turns the process into a QEMU if it was started for that, and then never returns.
// Otherwise it does nothing. main and TestMain of every program that runs machines call it
// first.
func ExecMain() {
	if len(os.Args) != 2 || os.Args[0] != execName {
		return
	}
	code, err := confine(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, execName+":", err)
		code = 126
	}
	os.Exit(code)
}

// selfCommand returns a command that runs this program's ExecMain.
func selfCommand(c confinement) (*exec.Cmd, error) {
	order, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write order for %s: %w", execName, err)
	}
	return &exec.Cmd{Path: "/proc/self/exe", Args: []string{execName, string(order)}}, nil
}

func confine(order string) (exitCode int, err error) {
	var c confinement
	if err := json.Unmarshal([]byte(order), &c); err != nil {
		return 0, fmt.Errorf("read order: %w", err)
	}
	runtime.LockOSThread() // the filter belongs to a thread, and that thread has to exec or fork
	// If memory runs out, the kernel shall kill a machine rather than the database. Raising the score needs no privilege.
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0); err != nil {
		return 0, fmt.Errorf("volunteer for the out-of-memory killer: %w", err)
	}
	limit := unix.Rlimit{Cur: c.MemoryLimit, Max: c.MemoryLimit}
	if c.Confinement != Unconfined {
		return supervise(c, &limit)
	}
	if err := filterHugePages(); err != nil {
		return 0, err
	}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &limit); err != nil {
		return 0, fmt.Errorf("limit memory to %d bytes: %w", c.MemoryLimit, err)
	}
	return 0, fmt.Errorf("exec %s: %w", c.Args[0], syscall.Exec(c.Args[0], c.Args, os.Environ()))
}

// supervise runs QEMU as a child and returns QEMU's exit code. The supervisor is killed when its parent ends. The kernel
// then kills the whole namespace.
func supervise(c confinement, limit *unix.Rlimit) (exitCode int, err error) {
	args := c.Args[1:]
	if c.Confinement == AsOwnUser {
		user, err := ownUser()
		if err != nil {
			return 0, err
		}
		args = append(args, "-runas", fmt.Sprintf("%d:%d", user, user))
	}
	opener, err := filterOpens(c.ReadOnly)
	if err != nil {
		return 0, err
	}
	go opener.serve() // for as long as this process lives
	cmd := exec.Command(c.Args[0], args...)
	cmd.Stderr = os.Stderr
	for fd := qmpFD; fd <= agentFD; fd++ {
		cmd.ExtraFiles = append(cmd.ExtraFiles, os.NewFile(uintptr(fd), "inherited"))
	}
	unix.CloseOnExec(pairFD)
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start %s: %w", c.Args[0], err)
	}
	go makePairs(pairFD) // for as long as this process lives
	for _, f := range cmd.ExtraFiles {
		f.Close() // if not, the connection would stay open when QEMU ends
	}
	if err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_AS, limit, nil); err != nil {
		return 0, fmt.Errorf("limit memory to %d bytes: %w", limit.Max, err)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() < 0 {
		return 0, fmt.Errorf("qemu ended: %w", err)
	}
	return cmd.ProcessState.ExitCode(), nil
}

// Emulator returns the number of QEMU's own process, which of a confined QEMU is another than PID.
func (p *Process) Emulator() (pid int, err error) {
	if p.pairs == nil {
		return p.pid, nil
	}
	return child(p.pid)
}

// child returns the only child of a supervisor: its QEMU. The kernel's list of children may leave some out while others come and go
// (proc_pid_children(5)), so the processes themselves are asked whose children they are.
func child(supervisor int) (pid int, err error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	want := fmt.Sprintf("\nPPid:\t%d\n", supervisor)
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		status, err := os.ReadFile(filepath.Join("/proc", e.Name(), "status"))
		if err == nil && strings.Contains(string(status), want) {
			return pid, nil
		}
	}
	return 0, fmt.Errorf("child of process %d: %w", supervisor, os.ErrNotExist)
}

// FirstUser is where the numbers of the machines' users begin. Each machine's user is FirstUser plus the process number
// of its supervisor. The kernel gives that number to no other process before all processes of the supervisor's namespace
// are gone. So no two machines on a computer have the same user, whoever started them. Nothing has to be remembered or
// given back, not even if a program is killed.
//
// Process numbers are below maxPID. So the users are 1979711488 to 1983905791. Neither distributions nor systemd give out
// these numbers, nor do the files subuid and subgid as distributions ship them.
const (
	FirstUser = 0x76000000
	maxPID    = 1 << 22
)

// ownUser returns the user and group number of this supervisor's machine.
func ownUser() (int, error) {
	// In its own namespace the supervisor is process 1. But /proc is still that of the namespace in which it was
	// started, so it tells the number that the process has there.
	link, err := os.Readlink("/proc/self")
	if err != nil {
		return 0, fmt.Errorf("choose a user for the machine: %w", err)
	}
	pid, err := strconv.Atoi(link)
	if err != nil || pid <= 1 || pid >= maxPID {
		return 0, fmt.Errorf("choose a user for the machine by process number %q: out of range", link)
	}
	return FirstUser + pid, nil
}

// Confinement says what keeps a QEMU apart from the rest of the computer. The zero value is Unconfined.
type Confinement int

const (
	// Unconfined is a QEMU that may do what the user may who runs this program.
	Unconfined Confinement = iota
	// InNamespaces is a QEMU that has no network, can signal no other process, and has the memory of its appliance open for
	// reading only. It runs as the user who runs this program. So it may open that user's files, and sockets that have a path.
	InNamespaces
	// AsOwnUser is InNamespaces as a user that no other process has.
	AsOwnUser
)

// BestConfinement finds out how well this process can confine a QEMU. Only root can give it a user of its own. Who is
// not root can give it namespaces where the system lets anybody make a user namespace, as Debian does. In some containers
// neither works.
func BestConfinement() Confinement {
	best := InNamespaces
	if os.Geteuid() == 0 {
		best = AsOwnUser
		if !hasUsers("/proc/self/uid_map") || !hasUsers("/proc/self/gid_map") {
			return Unconfined // root of a user namespace has too few users
		}
	}
	cmd := exec.Command("/bin/true")
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	best.enter(cmd.SysProcAttr)
	if cmd.Run() != nil {
		return Unconfined
	}
	return best
}

// enter has a process begin in its namespaces.
func (c Confinement) enter(a *syscall.SysProcAttr) {
	if c == Unconfined {
		return
	}
	a.Cloneflags = syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC
	if c == InNamespaces {
		// Only in a user namespace of its own may an ordinary user make the others. Users have the same numbers inside.
		a.Cloneflags |= syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
	}
}

// hasUsers reports whether a user namespace has all users that machines may get. table is its uid_map or
// gid_map: each line has the first number inside the namespace, the same user's number outside, and how many
// numbers follow one another from there.
func hasUsers(table string) bool {
	text, err := os.ReadFile(table)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		var inside, outside, count int64
		_, err := fmt.Sscan(line, &inside, &outside, &count)
		if err == nil && inside <= FirstUser && FirstUser+maxPID <= inside+count {
			return true
		}
	}
	return false
}
