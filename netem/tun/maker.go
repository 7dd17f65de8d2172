package tun

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/netem"
	"vmstudy/study"
)

// Maker makes links, as root or, without root, in a user namespace.
type Maker struct {
	shelter *shelter // nil if this process may make network namespaces itself
}

// NewMaker returns a maker of links; the caller must close its links and then the maker. If this process
// may not make network namespaces, NewMaker starts a helper in a user namespace, where it may. The
// error is a sentence that says what is missing and how to mend it.
func NewMaker() (*Maker, error) {
	m := &Maker{}
	probe, fds, err := m.place("probe", study.Cubic)
	if forbidden(err) {
		outside := err
		if m.shelter, err = newShelter(); err == nil {
			probe, fds, err = m.place("probe", study.Cubic)
		}
		if err != nil && os.Geteuid() == 0 {
			err = outside
		}
	}
	if err != nil {
		return nil, errors.Join(missing(err), m.Close())
	}
	closeAll(fds[:]...)
	if err := probe.Close(); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// place makes the two ends of a link, and returns the descriptors of their devices, the near one
// first. Programs that run at an end use the congestion control c if the machine allows it.
func (m *Maker) place(name string, c study.CongestionControl) (place, [2]int, error) {
	if m.shelter != nil {
		return m.shelter.place(c)
	}
	return newNamed(name, c)
}

// Says tells with which privileges links are made.
func (m *Maker) Says() string {
	if m.shelter != nil {
		return "in a user namespace, without privilege"
	}
	return "as root"
}

// Close ends the helper, if there is one.
func (m *Maker) Close() error {
	if m.shelter == nil {
		return nil
	}
	return m.shelter.close()
}

// Works checks that links work by running one, called name. That takes some tens of milliseconds. The
// error is a sentence.
func (m *Maker) Works(ctx context.Context, name string) (study.RoundTrips, error) {
	const rtt = 10 * time.Millisecond
	l, err := m.New(name, nil, study.Network{RTT: rtt, Down: study.Gbps}, 1)
	if err != nil {
		return study.RoundTrips{}, missing(err)
	}
	trips, err := netem.Probe(ctx, l, 5)
	if err := errors.Join(err, l.Close()); err != nil {
		return study.RoundTrips{}, fmt.Errorf("try the tun way: %w", err)
	}
	if trips.Min < rtt {
		return trips, study.Refuse(study.ErrConflict, "a round trip took %v where %v were set", trips.Min, rtt)
	}
	return trips, nil
}

func forbidden(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EROFS)
}

// missing turns the usual errors of making a link into sentences.
func missing(err error) error {
	var path *fs.PathError
	device := errors.As(err, &path) && path.Path == deviceFile
	switch {
	case err == nil:
		return nil
	case device && forbidden(err):
		return refuseFor(err, "this user may not open "+deviceFile+": run as root, or let everybody (chmod 0666 "+deviceFile+"), as Debian does")
	case device:
		return refuseFor(err, "there is no "+deviceFile+": modprobe tun; a container must be given the device")
	case errors.Is(err, errNoShelter):
		return refuseFor(err, "the tun way needs root, or user namespaces, which are closed here (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)")
	case forbidden(err):
		return refuseFor(err, "network namespaces cannot be made here, as in most containers: give it CAP_NET_ADMIN, CAP_SYS_ADMIN and a writable /proc/sys")
	}
	return err
}

// refuseFor joins a sentence for a person with err, the reason for the log.
func refuseFor(err error, say string) error {
	return errors.Join(study.Refuse(study.ErrConflict, "%s", say), err)
}
