package floor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/bench"
	"vmstudy/rfb/robot"
	"vmstudy/vmhost"
)

// load keeps a desktop busy: a key every 33 ms in an editor.
var load = Finger{Hold: 10 * time.Millisecond, Gap: 23 * time.Millisecond}

// cost measures how many cores a busy screen takes while a key is pressed 30 times a second. That is the sum for
// the machine, the screen server and a viewer that uses raw encoding. It includes resuming the machine, which
// is the same for both displays.
func (m measure) cost(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	seconds := 10
	if s.Quick {
		seconds = 4
	}
	var cores [2]float64
	var updates [2]int
	for i, display := range []string{vmhost.VNC, vmhost.DBus} {
		s.Show(i, 2)
		before, began := cpu(), time.Now()
		err := m.on(ctx, display, func(c *robot.Client) error {
			seen := c.Changes()
			err := load.drum(ctx, c, time.Duration(seconds)*time.Second)
			updates[i] = c.Changes() - seen
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s, shown by %s: %w", m.guest, display, err)
		}
		cores[i] = (cpu() - before).Seconds() / time.Since(began).Seconds()
	}
	where := m.guest + ", a key every 33 ms"
	return []bench.Row{
		bench.AtMost(cores[0]+1, cores[1]).As("busy_cores", where, "").Beside(cores[0], qemuVNC),
		bench.Told(float64(updates[1])/float64(seconds)).As("busy_updates", where, "1/s").Beside(float64(updates[0])/float64(seconds), qemuVNC),
	}, nil
}

// drum presses keys for d, without waiting for the screen.
func (f Finger) drum(ctx context.Context, c *robot.Client, d time.Duration) error {
	for end, i := time.Now().Add(d), 0; time.Now().Before(end); i++ {
		for _, down := range []bool{true, false} {
			pause := f.Gap
			if down {
				pause = f.Hold
			}
			if err := errors.Join(c.Key(ctx, keys[i%len(keys)], down), wait(ctx, pause)); err != nil {
				return err
			}
		}
	}
	return nil
}

// cpu returns the processor time that this process and its ended children have used.
func cpu() time.Duration {
	var sum time.Duration
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		if unix.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}

// on resumes the guest with the given display and calls do with a robot at its screen.
func (m measure) on(ctx context.Context, display string, do func(*robot.Client) error) (err error) {
	dir, err := os.MkdirTemp("", "floor")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	h, err := m.host(ctx, display, filepath.Join(dir, "run"))
	if err != nil {
		return err
	}
	a, err := m.appliance(ctx, h, dir)
	if err != nil {
		return err
	}
	vm, err := h.Resume(ctx, a, vmhost.Files{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, vm.Close(context.WithoutCancel(ctx))) }()
	conn, err := vm.DialRFB(ctx)
	if err != nil {
		return err
	}
	c, err := robot.Connect(ctx, conn)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.WaitChange(ctx, 0); err != nil {
		return err
	}
	return do(c)
}
