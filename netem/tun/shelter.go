package tun

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"vmstudy/netem"
	"vmstudy/study"
)

// shelterName is the argument 0 with which the program starts itself as a shelter.
const shelterName = "tun-shelter"

// shelter is a helper process in its own user namespace, where it may make network namespaces without
// privileges outside. This process cannot enter them: only a process with a single thread can
// enter a user namespace. So the shelter makes devices and sockets and sends their descriptors,
// which is enough.
//
// The shelter ends when the socket to it closes, so also when this process is killed. Its network
// namespaces have no names and end with it.
type shelter struct {
	process *exec.Cmd

	mu   sync.Mutex // held during a request and its answer
	talk int        // a socket to the shelter, of type SOCK_SEQPACKET; -1 when closed
	last int        // the number of the last place
}

// errNoShelter says that this process may not make a user namespace.
var errNoShelter = errors.New("no user namespace")

func newShelter() (*shelter, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "conversation")
	defer theirs.Close()
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{shelterName}, Stderr: os.Stderr, ExtraFiles: []*os.File{theirs},
		SysProcAttr: &syscall.SysProcAttr{
			Setpgid: true, // signals from the terminal must not reach it
			// CLONE_NEWNET, because its threads could not return to the network namespace outside.
			Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}},
			// Without these, exec would drop the capabilities that a new user namespace gives.
			AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN},
		},
	}
	if err := cmd.Start(); err != nil {
		unix.Close(pair[0])
		return nil, fmt.Errorf("%w: %w", errNoShelter, err)
	}
	return &shelter{process: cmd, talk: pair[0]}, nil
}

// close ends the process and all its namespaces.
func (s *shelter) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.talk < 0 {
		return nil
	}
	unix.Close(s.talk)
	s.talk = -1
	return s.process.Wait()
}

// ask sends a request and returns the descriptors in the answer.
func (s *shelter) ask(r request) ([]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.request(r)
}

func (s *shelter) request(r request) ([]int, error) {
	if s.talk < 0 {
		return nil, os.ErrClosed
	}
	if err := send(s.talk, r, nil); err != nil {
		return nil, fmt.Errorf("ask the helper for %s: %w", r.Do, err)
	}
	var a answer
	fds, err := receive(s.talk, &a)
	if err != nil {
		return nil, fmt.Errorf("the helper does not answer: %w", err)
	}
	if a.Failed != "" || len(fds) != a.Files {
		closeAll(fds...)
		return nil, a.err()
	}
	return fds, nil
}

// place makes the two ends of a link.
func (s *shelter) place(c study.CongestionControl) (place, [2]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &sheltered{shelter: s, number: s.last + 1}
	fds, err := s.request(request{Do: makePlace, Place: p.number, Congestion: c})
	if err != nil {
		return nil, [2]int{-1, -1}, err
	}
	s.last++
	if len(fds) != 2 {
		closeAll(fds...)
		return nil, [2]int{-1, -1}, fmt.Errorf("the helper made %d devices, want two", len(fds))
	}
	return p, [2]int(fds), nil
}

// sheltered is a place in a shelter.
type sheltered struct {
	shelter *shelter
	number  int
}

// Socket implements place.
func (p *sheltered) Socket(at netem.End) (int, error) {
	fds, err := p.shelter.ask(request{Do: openSocket, Place: p.number, At: at})
	if err != nil {
		return -1, err
	}
	return oneOf(fds)
}

// Start implements place. It starts cmd through nsenter(1), which has a single thread and so can enter
// the helper's namespaces.
func (p *sheltered) Start(cmd *exec.Cmd) error {
	enter, err := exec.LookPath("nsenter")
	if err != nil {
		return err
	}
	fds, err := p.shelter.ask(request{Do: openNamespace, Place: p.number})
	if err != nil {
		return err
	}
	fd, err := oneOf(fds)
	if err != nil {
		return err
	}
	net := os.NewFile(uintptr(fd), "namespace")
	defer net.Close()
	user, err := os.Open("/proc/" + strconv.Itoa(p.shelter.process.Process.Pid) + "/ns/user")
	if err != nil {
		return err
	}
	defer user.Close()
	first := 3 + len(cmd.ExtraFiles)
	cmd.ExtraFiles = append(cmd.ExtraFiles, user, net)
	cmd.Args = append([]string{
		"nsenter", "--preserve-credentials",
		fmt.Sprintf("--user=/proc/self/fd/%d", first), fmt.Sprintf("--net=/proc/self/fd/%d", first+1), "--", cmd.Path,
	}, cmd.Args[1:]...)
	cmd.Path = enter
	return cmd.Start()
}

// Close implements place.
func (p *sheltered) Close() error {
	_, err := p.shelter.ask(request{Do: dropPlace, Place: p.number})
	return err
}

func (p *sheltered) String() string { return "two namespaces without a name" }

func oneOf(fds []int) (int, error) {
	if len(fds) != 1 {
		closeAll(fds...)
		return -1, fmt.Errorf("the helper handed over %d descriptors, want one", len(fds))
	}
	return fds[0], nil
}
