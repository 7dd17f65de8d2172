package main

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"vmstudy/bench"
	"vmstudy/study"
	"vmstudy/vmhost/linux"
)

// guestKernel is the Debian package of the guest's kernel, which has what this computer's kernel may lack.
const guestKernel = "linux-image-cloud-amd64"

// guestModules are its modules that links of the ways kernel and tun need.
var guestModules = []string{"veth", "sch_netem", "sch_tbf", "sch_codel", "tun"}

// guestSections are the sections of bench netem whose figures are worth comparing in a guest.
const guestSections = "floor,rtt,goodput"

// guestMemory is the memory of a machine that runs only this program, in bytes.
const guestMemory = 1 << 30

// runInGuest runs this program, with the given arguments, as the only program of an emulated machine.
func runInGuest(ctx context.Context, c Config, out io.Writer, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := mustBeStatic(self); err != nil {
		return err
	}
	kernel, err := linux.Fetch(ctx, filepath.Join(c.Data, "cache", "kernel"), guestKernel)
	if err != nil {
		return err
	}
	return linux.Run(ctx, kernel, linux.Program{
		Path: self, Args: args, Env: []string{"PATH=/bin", "HOME=/tmp"}, Memory: guestMemory, Exact: true,
		Modules: guestModules,
	}, out)
}

// mustBeStatic refuses a program that needs libraries, because the machine has none.
func mustBeStatic(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return study.Refuse(study.ErrConflict, "this studyctl needs the system's libraries, which a machine of its own has not: build it with make build")
		}
	}
	return nil
}

// bothInGuest measures both ways one after the other, each in a new machine. It returns the rows of the way kernel, with
// those of the way userspace beside them.
func bothInGuest(ctx context.Context, c Config, s bench.Setting) ([]bench.Row, error) {
	var reports []bench.Report
	var unable error
	for i, way := range []study.LinkWay{study.KernelWay, study.UserspaceWay} {
		s.Show(i, 2)
		args := []string{"bench", "netem", "--json", "--way", string(way), "--only", guestSections}
		if s.Quick {
			args = append(args, "--quick")
		}
		var out bytes.Buffer
		if err := runInGuest(ctx, c, &out, args...); err != nil {
			return nil, fmt.Errorf("%w\n%s", err, out.String())
		}
		var r bench.Report
		if err := json.NewDecoder(fromObject(out.Bytes())).Decode(&r); err != nil {
			return nil, errors.Join(fmt.Errorf("the guest's answer: %w", err), errors.New(out.String()))
		}
		for _, part := range r.Skipped {
			unable = errors.Join(unable, bench.Unable{Why: fmt.Sprintf("%s, %s: %s", way, part.Section, part.Why)})
		}
		reports = append(reports, r)
	}
	return beside(reports[0], reports[1]), unable
}

// fromObject skips what a program printed before the JSON object at the end.
func fromObject(out []byte) io.Reader {
	if i := bytes.Index(out, []byte("{\"bench\"")); i > 0 {
		out = out[i:]
	}
	return bytes.NewReader(out)
}

// beside returns the rows of r, each with the same figure of peer beside it.
func beside(r, peer bench.Report) []bench.Row {
	type key struct{ name, condition string }
	theirs := map[key]float64{}
	for _, row := range peer.Rows {
		theirs[key{row.Name, row.Condition}] = row.Value
	}
	rows := make([]bench.Row, 0, len(r.Rows))
	for _, row := range r.Rows {
		if value, ok := theirs[key{row.Name, row.Condition}]; ok {
			row = row.Beside(value, string(study.UserspaceWay))
		}
		rows = append(rows, row)
	}
	return rows
}
