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

// guestKernel is the Debian package of the kernel that has what ours may lack.
const guestKernel = "linux-image-cloud-amd64"

// guestModules are what links of the ways kernel and tun need of it.
var guestModules = []string{"veth", "sch_netem", "sch_tbf", "sch_codel", "tun"}

// guestSections are the parts of a bench that can be compared in a guest.
const guestSections = "floor,rtt,goodput"

// guestMemory is what a machine gets that runs this program and nothing else, in bytes.
const guestMemory = 1 << 30

// runInGuest runs this program with other arguments as the only one of an emulated machine.
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

// mustBeStatic refuses a program that needs libraries: a machine of its own has none.
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

// bothInGuest measures both ways one after the other, each in a machine just started, and
// returns the rows of the kernel way with those of the userspace way beside them.
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

// fromObject skips what a program said before the JSON object that ends its output.
func fromObject(out []byte) io.Reader {
	if i := bytes.Index(out, []byte("{\"bench\"")); i > 0 {
		out = out[i:]
	}
	return bytes.NewReader(out)
}

// beside returns the rows of r, each with the same figure of peer.
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
