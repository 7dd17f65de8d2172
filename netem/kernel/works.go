package kernel

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

// Works checks that links of the kernel way work on this machine by running one, called name. That takes
// some tens of milliseconds. The error is a sentence that says what is missing and how to mend it.
func Works(ctx context.Context, name string) (study.RoundTrips, error) {
	const rtt = 10 * time.Millisecond
	l, err := New(name, study.Network{RTT: rtt, Down: study.Gbps}, 1)
	if err != nil {
		return study.RoundTrips{}, err
	}
	trips, err := netem.Probe(ctx, l, 5)
	if err := errors.Join(err, l.Close()); err != nil {
		return study.RoundTrips{}, fmt.Errorf("try the kernel way: %w", err)
	}
	if trips.Min < rtt {
		return trips, study.Refuse(study.ErrConflict, "the kernel's sch_netem made a round trip of %v where %v were set", trips.Min, rtt)
	}
	return trips, nil
}

// missing turns the usual errors of making a link into sentences.
func missing(err error) error {
	switch {
	case errors.Is(err, errNoNetem):
		return refuseFor(err, "this kernel has no sch_netem: modprobe sch_netem, or a kernel that has it, as Debian's linux-image-amd64")
	case os.Geteuid() != 0 && (errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EPERM)):
		return refuseFor(err, "the kernel way needs root")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, unix.EPERM), errors.Is(err, unix.EROFS):
		return refuseFor(err, "root may not make network namespaces here, as in most containers: give it CAP_NET_ADMIN, CAP_SYS_ADMIN and a writable /proc/sys")
	}
	return err
}

// refuseFor joins a sentence for a person with err, the reason for the log.
func refuseFor(err error, say string) error {
	return errors.Join(study.Refuse(study.ErrConflict, "%s", say), err)
}
