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

// shelterName is the name under which the program runs itself to become a shelter.
const shelterName = "tun-shelter"

// shelter is a process in a user namespace of its own, in which it may make network namespaces
// though it has no privilege outside. This process cannot enter those: whoever wants to must have
// been alone in their process when they entered the user namespace. So the shelter makes
// devices and sockets and hands over their descriptors, which are all that matters.
//
// It ends when its conversation does, so with this process however that ends; and with it the
// namespaces, which have no name.
type shelter struct {
	process *exec.Cmd

	mu   sync.Mutex // held for a request and its answer
	talk int        // a socket of type SOCK_SEQPACKET
	last int        // the number of the last place
}

// errNoShelter means that there can be no user namespace.
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
			Setpgid: true, // a signal from the terminal is not for it
			// A network namespace too: its threads could not come back to one from outside.
			Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}},
			// What a new user namespace gives, a new program would lose.
			AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN},
		},
	}
	if err := cmd.Start(); err != nil {
		unix.Close(pair[0])
		return nil, fmt.Errorf("%w: %w", errNoShelter, err)
	}
	return &shelter{process: cmd, talk: pair[0]}, nil
}

// close ends the process and what it holds.
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

// ask sends a request and returns the descriptors that answer it.
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

// Start implements place. The helper's namespaces are entered by a program that is alone in its
// process, as this one is not.
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
