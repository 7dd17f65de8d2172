package qemu

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// execName is the name under which the program runs itself to become, or to watch over, a QEMU.
const execName = "vmhost-exec"

// confinement is what happens between our own program and QEMU's first instruction.
type confinement struct {
	Args        []string // of QEMU, its path first
	MemoryLimit uint64   // bytes of address space
	Supervise   bool     // stay as process 1 of a namespace instead of becoming QEMU, which gets a user of its own
	ReadOnly    string   // a file that a supervised QEMU gets for reading, though it asks for more
}

// ExecMain turns the process into a QEMU when it was started for that, and then never returns.
// Otherwise it does nothing. main and TestMain of every program that resumes machines call it
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
	runtime.LockOSThread() // the filter belongs to a thread, and exec or fork must be on the same
	// When memory runs out, a machine goes before the database does. Raising needs no privilege.
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0); err != nil {
		return 0, fmt.Errorf("volunteer for the out-of-memory killer: %w", err)
	}
	limit := unix.Rlimit{Cur: c.MemoryLimit, Max: c.MemoryLimit}
	if c.Supervise {
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

// supervise runs QEMU as a child and ends as it ended. When the supervisor is killed, which it is
// with its parent, the kernel kills the whole namespace with it.
func supervise(c confinement, limit *unix.Rlimit) (exitCode int, err error) {
	user, err := ownUser()
	if err != nil {
		return 0, err
	}
	opener, err := filterOpens(c.ReadOnly)
	if err != nil {
		return 0, err
	}
	go opener.serve() // for as long as this process lives
	cmd := exec.Command(c.Args[0], append(c.Args[1:], "-runas", fmt.Sprintf("%d:%d", user, user))...)
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
		f.Close() // or QEMU's end would not close the conversation
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

// FirstUser is where the numbers of the machines' users begin. Each machine's user is FirstUser plus
// the process number of its supervisor. The kernel gives that number to no other process before
// all processes of the supervisor's namespace are gone, so no two machines on a computer share a
// user, whoever started them; and nothing has to be kept or given back when a program is killed.
//
// Process numbers stay below maxPID. The range, 1979711488 to 1983905791, lies where neither
// distributions nor systemd, nor the files subuid and subgid as they are delivered, give numbers out.
const (
	FirstUser = 0x76000000
	maxPID    = 1 << 22
)

// ownUser returns the user and group number of this supervisor's machine.
func ownUser() (int, error) {
	// In the namespace that it is the first process of, its number is 1. But /proc is still that of
	// the program that started it.
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

// namespaces are what a machine gets of its own when we are root: no network at all, and no sight
// of other processes.
const namespaces = syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC

// CanConfine finds out whether this process may start others in new namespaces, and as users of their own.
// Root may not in some containers, and root of a user namespace has too few users.
func CanConfine() bool {
	if os.Geteuid() != 0 || !hasUsers("/proc/self/uid_map") || !hasUsers("/proc/self/gid_map") {
		return false
	}
	cmd := exec.Command("/bin/true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: namespaces}
	return cmd.Run() == nil
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
