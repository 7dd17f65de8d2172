package qemu

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Where the fields of struct seccomp_data lie. An argument's lower half is first.
const (
	callNumber = 0
	callArch   = 4
	argument   = 16 // the first; each has 8 bytes
)

// The instructions that our filters consist of.

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func and(mask uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask}
}

// ifNot skips as many instructions as skip says if what was loaded is not value.
func ifNot(value uint32, skip uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: value, Jf: skip}
}

func answer(value uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: value}
}

// noHugePages answers EINVAL to MADV_HUGEPAGE. QEMU gives this advice for guest memory, and goes on whatever the answer
// is. If the kernel took the advice, it would read 128 KiB of the file at each page fault.
var noHugePages = []unix.SockFilter{
	load(callNumber), ifNot(unix.SYS_MADVISE, 3),
	load(argument + 2*8), ifNot(unix.MADV_HUGEPAGE, 1),
	answer(unix.SECCOMP_RET_ERRNO | uint32(unix.EINVAL)),
}

// askBeforeWriting has the listener decide about every file that is opened for reading and writing.
var askBeforeWriting = []unix.SockFilter{
	load(callNumber), ifNot(unix.SYS_OPENAT, 4),
	load(argument + 2*8), and(unix.O_ACCMODE), ifNot(unix.O_RDWR, 1),
	answer(unix.SECCOMP_RET_USER_NOTIF),
}

// filterHugePages applies noHugePages to this thread and to what it starts. QEMU's own sandbox filters the rest.
func filterHugePages() error {
	_, err := filter(noHugePages, 0)
	return err
}

// filter applies rules to the system calls of this thread and of what it starts. A call that no rule answers is allowed.
// With SECCOMP_FILTER_FLAG_NEW_LISTENER it returns the listener's descriptor.
func filter(rules []unix.SockFilter, flags uintptr) (fd int, err error) {
	program := []unix.SockFilter{load(callArch), ifNot(unix.AUDIT_ARCH_X86_64, uint8(len(rules)))}
	program = append(append(program, rules...), answer(unix.SECCOMP_RET_ALLOW))
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("give up new privileges: %w", err)
	}
	f := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	r, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&f)))
	runtime.KeepAlive(program)
	if errno != 0 {
		return 0, fmt.Errorf("filter system calls: %w", errno)
	}
	return int(r), nil
}

// An opener opens one file for QEMU, for reading only.
//
// QEMU 7.2 opens the file behind guest memory for reading and writing, even if it maps the file privately and so never
// writes to it. With such a descriptor, a guest that has broken out could change the appliance for everybody who uses it
// later. Newer versions can be told to open it for reading (readonly=on, rom=off). QEMU 7.2 gets another descriptor than
// the one that it asked for. For a private mapping, a descriptor for reading is enough.
type opener struct {
	listener int // -1 if the kernel did not give us one
	path     string
}

// filterOpens filters this thread and what it starts as filterHugePages does, and prepares to open path for QEMU. In
// some containers another program listens to our system calls already, and old kernels have no listeners. QEMU then
// opens the file for writing, too.
func filterOpens(path string) (*opener, error) {
	o := &opener{listener: -1, path: path}
	if path != "" {
		fd, err := filter(append(noHugePages[:len(noHugePages):len(noHugePages)], askBeforeWriting...), unix.SECCOMP_FILTER_FLAG_NEW_LISTENER)
		if err == nil {
			o.listener = fd
			return o, nil
		}
		slog.Warn("QEMU opens guest memory for writing, too", "err", err)
	}
	return o, filterHugePages()
}

// serve answers the listener's questions for as long as there is a process that is filtered.
func (o *opener) serve() {
	for o.listener >= 0 {
		var n notification
		if err := control(o.listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)); err != nil {
			if errors.Is(err, unix.EINTR) || errors.Is(err, unix.ENOENT) { // ENOENT: the process that asked is gone
				continue
			}
			return
		}
		r := o.respond(&n)
		_ = control(o.listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)) // fails if the process that asked is gone
	}
}

// respond decides about one call.
func (o *opener) respond(n *notification) response {
	goOn := response{ID: n.ID, Flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	if o.path == "" || !n.names(o.path) {
		return goOn
	}
	fd, err := unix.Open(o.path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return goOn // QEMU's own call fails in the same way, and QEMU says why
	}
	defer unix.Close(fd)
	add := addition{ID: n.ID, Source: uint32(fd), FDFlags: uint32(n.Args[2]) & unix.O_CLOEXEC}
	r, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(o.listener), ioctlAddFD, uintptr(unsafe.Pointer(&add)))
	if errno != 0 {
		return goOn
	}
	return response{ID: n.ID, Value: int64(r)}
}

// names reports whether the call opens the file at path.
func (n *notification) names(path string) bool {
	got := make([]byte, len(path)+1) // with the zero byte that ends it
	local := []unix.Iovec{{Base: &got[0], Len: uint64(len(got))}}
	remote := []unix.RemoteIovec{{Base: uintptr(n.Args[1]), Len: len(got)}}
	// A shorter path may end just before memory that cannot be read; then count is smaller.
	count, err := unix.ProcessVMReadv(int(n.PID), local, remote, 0)
	return err == nil && count == len(got) && string(got) == path+"\x00"
}

func control(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}

// ioctlAddFD is SECCOMP_IOCTL_NOTIF_ADDFD, which package unix does not have.
const ioctlAddFD = 0x40182103

// notification is struct seccomp_notif of the kernel.
type notification struct {
	ID          uint64
	PID         uint32 // in our PID namespace
	_           uint32
	Number      int32
	Arch        uint32
	Instruction uint64
	Args        [6]uint64
}

// response is struct seccomp_notif_resp.
type response struct {
	ID    uint64
	Value int64
	Error int32
	Flags uint32
}

// addition is struct seccomp_notif_addfd.
type addition struct {
	ID      uint64
	_       uint32
	Source  uint32
	_       uint32
	FDFlags uint32
}
