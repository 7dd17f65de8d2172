package tun

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"vmstudy/netem"
	"vmstudy/netem/namespace"
	"vmstudy/study"
)

// ExecMain turns the process into a shelter if it was started as one, and then never returns. Else it
// does nothing. main and TestMain of every program that makes links must call it first.
func ExecMain() {
	if len(os.Args) != 1 || os.Args[0] != shelterName {
		return
	}
	signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP) // it ends when its socket closes
	const conversation = 3
	unix.CloseOnExec(conversation)
	if err := serve(conversation); err != nil {
		fmt.Fprintln(os.Stderr, shelterName+":", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// inside is a place as the shelter sees it: its two network namespaces.
type inside struct{ near, far *namespace.Namespace }

func (p inside) end(at netem.End) *namespace.Namespace {
	if at == netem.Far {
		return p.far
	}
	return p.near
}

// serve answers requests until the other side closes the socket.
func serve(talk int) error {
	places := map[int]inside{}
	for {
		var r request
		_, err := receive(talk, &r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		fds, err := r.fulfil(places)
		sent := send(talk, answerFor(fds, err), fds)
		if r.Do != openNamespace { // that descriptor still belongs to the place
			closeAll(fds...)
		}
		if sent != nil {
			return sent
		}
	}
}

func (r request) fulfil(places map[int]inside) ([]int, error) {
	if r.Do == makePlace {
		p, fds, err := newInside(r.Congestion)
		if err == nil {
			places[r.Place] = p
		}
		return fds, err
	}
	p, ok := places[r.Place]
	if !ok {
		return nil, fmt.Errorf("there is no place %d", r.Place)
	}
	switch r.Do {
	case openSocket:
		var fd int
		err := p.end(r.At).Do(func() (err error) {
			fd, err = namespace.Socket()
			return err
		})
		if err != nil {
			return nil, err
		}
		return []int{fd}, nil
	case openNamespace:
		return []int{int(p.near.File().Fd())}, nil
	case dropPlace:
		delete(places, r.Place)
		return nil, p.close()
	}
	return nil, fmt.Errorf("unknown request %q", r.Do)
}

// newInside makes a place, and returns the descriptors of its devices, the near one first.
func newInside(c study.CongestionControl) (p inside, fds []int, err error) {
	for _, end := range []struct {
		at *(*namespace.Namespace)
		ip net.IP
	}{{&p.near, namespace.NearIP}, {&p.far, namespace.FarIP}} {
		if *end.at, err = namespace.Unnamed(); err == nil {
			err = (*end.at).Do(func() error {
				fd, err := equip("link", end.ip, c)
				if err == nil {
					fds = append(fds, fd)
				}
				return err
			})
		}
		if err != nil {
			closeAll(fds...)
			return inside{}, nil, errors.Join(err, p.close())
		}
	}
	return p, fds, nil
}

func (p inside) close() error {
	var errs []error
	for _, n := range []*namespace.Namespace{p.near, p.far} {
		if n != nil {
			errs = append(errs, n.Do(func() error { namespace.HasteOrphans(); return nil }), n.Close())
		}
	}
	return errors.Join(errs...)
}
