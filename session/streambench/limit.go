package streambench

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"

	"vmstudy/session"
	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

// limit is how long network n needs at least until a task's desktop responds: for the resume set
// that rehearsals of the task had on average and the state of the devices, compressed as one run,
// and for two round trips.
func (c Config) limit(task study.TaskID, n study.Network) (time.Duration, error) {
	app, err := c.Lab.Appliance(c.Appliance)
	if err != nil {
		return 0, err
	}
	traces, err := session.RehearsalsOf(app.Dir, task)
	if err != nil {
		return 0, err
	}
	if len(traces) == 0 {
		return 0, fmt.Errorf("no rehearsal of task %s: %w", task, study.ErrNotFound)
	}
	var sum time.Duration
	for _, t := range traces {
		least, err := c.least(t.ResumeSet(), n)
		if err != nil {
			return 0, err
		}
		sum += least
	}
	return sum / time.Duration(len(traces)), nil
}

// least is how long network n needs for the chunks of accesses and the state of the devices,
// compressed as one run, and two round trips.
func (c Config) least(accesses []forecast.Access, n study.Network) (time.Duration, error) {
	app, err := c.Lab.Appliance(c.Appliance)
	if err != nil {
		return 0, err
	}
	files := app.LocalFiles()
	size, err := compressed(accesses, files.Memory, files.Disk, files.Device)
	if err != nil {
		return 0, err
	}
	return time.Duration(float64(size)*8/float64(n.Down)*float64(time.Second)) + 2*n.RTT, nil
}

// compressed is how many bytes the accessed chunks of memory and disk and all of device take.
func compressed(accesses []forecast.Access, memory, disk, device string) (int64, error) {
	var w tally
	zip, err := zstd.NewWriter(&w, zstd.WithWindowSize(8<<20))
	if err != nil {
		return 0, err
	}
	var images []*os.File
	for _, path := range []string{memory, disk, device} {
		f, err := os.Open(path)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		images = append(images, f)
	}
	if _, err := io.Copy(zip, images[2]); err != nil {
		return 0, err
	}
	chunk := make([]byte, wire.ChunkSize)
	for _, a := range accesses {
		if int(a.Image) > 1 {
			continue
		}
		n, err := images[a.Image].ReadAt(chunk, int64(a.Index)*wire.ChunkSize)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if _, err := zip.Write(chunk[:n]); err != nil {
			return 0, err
		}
	}
	err = zip.Close()
	return int64(w), err
}

type tally int64

func (t *tally) Write(p []byte) (int, error) {
	*t += tally(len(p))
	return len(p), nil
}
