package streambench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"vmstudy/study"
)

// run is what is kept of one run of a cell.
type run struct {
	Cell    string              `json:"cell"`
	Round   int                 `json:"round"`
	Picture time.Duration       `json:"picture_ns"`
	Crisp   time.Duration       `json:"crisp_ns"`
	Desktop study.DesktopReport `json:"desktop"`
	Least   int64               `json:"least_bytes,omitempty"` // what was touched until crisp, packed; 0 where nobody looked
	Failed  string              `json:"failed,omitempty"`      // why there is nothing else
}

// late reports whether r took longer than the bench waits.
func (r run) late() bool { return r.Failed == "" && r.Crisp >= patience }

// about is the first line of a file of runs: what must be the same if it is gone on with.
type about struct {
	Bench   string `json:"bench"`
	Content string `json:"content"` // of the appliance
	Version string `json:"version"` // of the program
}

// runs are all runs so far, and the file that each is added to.
type runs struct {
	all []run
	to  io.Writer
}

// withRuns lets do add to the runs in a file, which is begun if there is none; "" is none.
func withRuns(path string, a about, do func(*runs) error) (err error) {
	if path == "" {
		return do(&runs{to: io.Discard})
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			return study.Refuse(study.ErrInvalid, "the file of runs: %v", err)
		}
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	all, err := readRuns(f, a)
	if err != nil {
		return err
	}
	return do(&runs{all, f})
}

// readRuns reads what is there, and begins a file that is empty.
func readRuns(f io.ReadWriter, a about) (all []run, err error) {
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return nil, errors.Join(lines.Err(), json.NewEncoder(f).Encode(a))
	}
	var found about
	if err := json.Unmarshal(lines.Bytes(), &found); err != nil || found != a {
		return nil, study.Refuse(study.ErrConflict, "the file of runs is of another appliance or program (%s), this is %s; take another file", lines.Text(), fmt.Sprintf("%+v", a))
	}
	for lines.Scan() {
		var r run
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, study.Refuse(study.ErrInvalid, "the file of runs has a line that is none: %.80q", lines.Text())
		}
		all = append(all, r)
	}
	return all, lines.Err()
}

// add notes a run.
func (rs *runs) add(r run) error {
	rs.all = append(rs.all, r)
	return json.NewEncoder(rs.to).Encode(r)
}

// of returns the runs of a cell that came to something.
func (rs *runs) of(c cell) (some []run, failed int) {
	for _, r := range rs.all {
		switch {
		case r.Cell != c.String():
		case r.Failed != "":
			failed++
		default:
			some = append(some, r)
		}
	}
	return some, failed
}

// hopeless is after how many late runs a cell is not measured any more.
const hopeless = 2

// wants reports whether a cell is still to be measured in a round.
func (rs *runs) wants(c cell, round int) bool {
	late := 0
	for _, r := range rs.all {
		if r.Cell != c.String() {
			continue
		}
		if r.Round == round {
			return false
		}
		if r.late() {
			late++
		}
	}
	return late < hopeless
}
