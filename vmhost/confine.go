package vmhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// execName is the name under which the program runs itself to become, or to watch over, a QEMU.
const execName = "vmhost-exec"

// confinement is what happens between our own program and QEMU's first instruction.
type confinement struct {
	Args        []string // of QEMU, its path first
	MemoryLimit uint64   // bytes of address space
	Supervise   bool     // stay as process 1 of a namespace instead of becoming QEMU
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
	if err := filterHugePages(); err != nil {
		return 0, err
	}
	limit := unix.Rlimit{Cur: c.MemoryLimit, Max: c.MemoryLimit}
	if c.Supervise {
		return supervise(c.Args, &limit)
	}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &limit); err != nil {
		return 0, fmt.Errorf("limit memory to %d bytes: %w", c.MemoryLimit, err)
	}
	return 0, fmt.Errorf("exec %s: %w", c.Args[0], syscall.Exec(c.Args[0], c.Args, os.Environ()))
}

// supervise runs QEMU as a child and ends as it ended. When the supervisor is killed, which it is
// with its parent, the kernel kills the whole namespace with it.
func supervise(args []string, limit *unix.Rlimit) (exitCode int, err error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	for fd := qmpFD; fd <= agentFD; fd++ {
		cmd.ExtraFiles = append(cmd.ExtraFiles, os.NewFile(uintptr(fd), "inherited"))
	}
	unix.CloseOnExec(pairFD)
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start %s: %w", args[0], err)
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

// filterHugePages makes madvise(2) answer EINVAL to MADV_HUGEPAGE, for this thread and what it
// starts. QEMU gives that advice for guest memory and does not mind the answer; the kernel would
// read 128 KiB a fault from a file under it. Nothing else is filtered: QEMU's own sandbox does the
// rest.
func filterHugePages() error {
	const (
		nr, arch, advice = 0, 4, 32 // offsets in struct seccomp_data; advice is the third argument
		einval           = uint32(unix.EINVAL)
	)
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	unlessSkip := func(value uint32, skip uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: value, Jf: skip}
	}
	answer := func(value uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: value}
	}
	program := []unix.SockFilter{
		load(arch), unlessSkip(unix.AUDIT_ARCH_X86_64, 5),
		load(nr), unlessSkip(unix.SYS_MADVISE, 3),
		load(advice), unlessSkip(unix.MADV_HUGEPAGE, 1),
		answer(unix.SECCOMP_RET_ERRNO | einval),
		answer(unix.SECCOMP_RET_ALLOW),
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&filter)), 0, 0)
	runtime.KeepAlive(program)
	if err != nil {
		return fmt.Errorf("filter madvise: %w", err)
	}
	return nil
}
