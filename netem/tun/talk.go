package tun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"vmstudy/netem"
	"vmstudy/study"
)

// request is a request of this process to its shelter.
type request struct {
	Do    string    `json:"do"`
	Place int       `json:"place"`
	At    netem.End `json:"at"`

	Congestion study.CongestionControl `json:"congestion,omitempty"` // default for programs in the place
}

// The requests, and which descriptors the answer has.
const (
	makePlace     = "a place"     // of its two devices, the near one first
	openSocket    = "a socket"    // of the socket
	openNamespace = "a namespace" // of the near end's network namespace
	dropPlace     = "its removal" // none
)

// answer is the answer of the shelter, without the descriptors.
type answer struct {
	Files  int    `json:"files"`
	Failed string `json:"failed,omitempty"`
	Path   string `json:"path,omitempty"` // the file on which the request failed
	Errno  int    `json:"errno,omitempty"`
}

func answerFor(fds []int, err error) answer {
	if err == nil {
		return answer{Files: len(fds)}
	}
	a := answer{Failed: err.Error()}
	var errno unix.Errno
	if errors.As(err, &errno) {
		a.Errno = int(errno)
	}
	var path *os.PathError
	if errors.As(err, &path) {
		a.Path = path.Path
	}
	return a
}

// err returns the error of a failed request. It keeps those parts that errors.Is and errors.As are used
// for: the errno and the path.
func (a answer) err() error {
	switch {
	case a.Path != "" && a.Errno != 0:
		return fmt.Errorf("in a user namespace: %s: %w", a.Failed, &os.PathError{Op: "use", Path: a.Path, Err: unix.Errno(a.Errno)})
	case a.Errno != 0:
		return fmt.Errorf("in a user namespace: %s: %w", a.Failed, unix.Errno(a.Errno))
	}
	return fmt.Errorf("in a user namespace: %s", a.Failed)
}

// maxMessage is the size of the receive buffer in bytes, larger than any message.
const maxMessage = 16 << 10

// send sends a message and descriptors over a socket of type SOCK_SEQPACKET.
func send(talk int, message any, fds []int) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	for {
		if err = unix.Sendmsg(talk, data, rights, nil, unix.MSG_NOSIGNAL); err != unix.EINTR {
			return os.NewSyscallError("sendmsg", err)
		}
	}
}

// receive receives a message and its descriptors. It returns io.EOF when the other side has closed.
func receive(talk int, message any) (fds []int, err error) {
	data, rights := make([]byte, maxMessage), make([]byte, unix.CmsgSpace(4*4))
	var n, nrights int
	for {
		if n, nrights, _, _, err = unix.Recvmsg(talk, data, rights, unix.MSG_CMSG_CLOEXEC); err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return nil, os.NewSyscallError("recvmsg", err)
	}
	if n == 0 {
		return nil, io.EOF
	}
	messages, err := unix.ParseSocketControlMessage(rights[:nrights])
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		some, err := unix.ParseUnixRights(&m)
		if err != nil {
			closeAll(fds...)
			return nil, err
		}
		fds = append(fds, some...)
	}
	if err := json.Unmarshal(data[:n], message); err != nil {
		closeAll(fds...)
		return nil, err
	}
	return fds, nil
}
