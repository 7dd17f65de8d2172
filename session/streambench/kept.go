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

// run is what the file of runs keeps of one run of a cell.
type run struct {
	Cell    string              `json:"cell"`
	Round   int                 `json:"round"`
	Picture time.Duration       `json:"picture_ns"`
	Crisp   time.Duration       `json:"crisp_ns"`
	Desktop study.DesktopReport `json:"desktop"`
	Least   int64               `json:"least_bytes,omitempty"` // what was touched until crisp, packed; 0 if that was not measured
	Failed  string              `json:"failed,omitempty"`      // why the other fields are empty
}

// late reports whether r took longer than patience.
func (r run) late() bool { return r.Failed == "" && r.Crisp >= patience }

// about is the first line of a file of runs. It must be the same if the file is used again.
type about struct {
	Bench   string `json:"bench"`
	Content string `json:"content"` // of the appliance
	Version string `json:"version"` // of the program
}

// runs has all runs so far, and the file to which each is added.
type runs struct {
	all []run
	to  io.Writer
}

// withRuns lets do add to the runs in the file at path, and makes the file if there is none. If path is "", there is no file.
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

// readRuns reads the runs in a file. It writes the first line if the file is empty.
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

// add adds a run, to the file too.
func (rs *runs) add(r run) error {
	rs.all = append(rs.all, r)
	return json.NewEncoder(rs.to).Encode(r)
}

// of returns the runs of a cell that did not fail, and how many failed.
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

// hopeless is the number of late runs after which a cell is not measured any more.
const hopeless = 2

// wants reports whether a cell has still to be measured in a round.
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
