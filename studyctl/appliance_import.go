package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"vmstudy/stream"
	"vmstudy/stream/store"
	"vmstudy/stream/wire"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/vmhost/disk"
)

type applianceImportCmd struct {
	Name string `arg:"" help:"Name that it gets in the store."`
	Disk string `help:"The disk: qcow2, VMDK, VDI, VHDX, VHD, an OVA with one disk, or a raw file with a partition table or a file system. What it is, its content says and not its name." required:"" type:"existingfile"`
	Raw  bool   `help:"Take the file as a raw disk, whatever it looks like."`
}

// Run packs the disk as an appliance that consists of a disk only.
func (cmd applianceImportCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	if !wire.PlainName(cmd.Name) {
		return study.Refuse(study.ErrInvalid, "%q is no name of an appliance: it must not begin with a dot or hold a slash", cmd.Name)
	}
	if _, err := c.appliance(cmd.Name); err == nil {
		return study.Refuse(study.ErrConflict, "an appliance %q is installed: choose another name, or remove it first", cmd.Name)
	}
	d, err := disk.Find(cmd.Disk, cmd.Raw)
	if err != nil {
		return err
	}
	if err := c.makeData(); err != nil {
		return err
	}
	dir, release, err := c.commandDir("import-")
	if err != nil {
		return err
	}
	show, began := cli.NewProgress(t.Log), time.Now()
	f, err := importDisk(ctx, c, cmd.Name, d, dir, show)
	if err := errors.Join(err, release()); err != nil {
		return err
	}
	show.Done()
	return tellFigures(t, cmd.Name, f, time.Since(began))
}

// importDisk packs the disk. If it is not in raw form, it is converted first, in dir.
func importDisk(ctx context.Context, c Config, name string, d disk.Disk, dir string, show *cli.Progress) (f store.Figures, err error) {
	raw := d.Path
	if !d.Plain() {
		raw = filepath.Join(dir, "disk.raw")
		show.Show("Converting "+d.Name, 0, 0)
		if err := convertDisk(ctx, d, raw); err != nil {
			return f, err
		}
	}
	source, file, err := stream.OpenFile("disk", raw)
	if err != nil {
		return f, err
	}
	defer file.Close()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	err = c.withStore(func(s *store.Store) error {
		_, err := s.Pack(ctx, name, "", []wire.Source{source}, func(done, total int64) {
			show.Show("Packing "+name, done, total)
			if err := roomLeft(c.storeDir()); err != nil {
				stop(err)
			}
		})
		if err == nil {
			f, err = figuresOf(s, name)
		}
		return err
	})
	return f, err
}

// roomLeft refuses with a sentence if the disk of dir is nearly full. The database is on that disk, too.
func roomLeft(dir string) error {
	d, err := diskOf(dir)
	if err != nil || d.Free >= diskReserve {
		return err
	}
	return study.Refuse(study.ErrConflict, "Only %d MB of the disk are left, so packing was stopped and nothing of it kept. Make room, or choose a larger disk with --data.", d.Free/1e6)
}

// convertDisk makes a raw file of a disk, if there is room for its content in that file and in the store.
func convertDisk(ctx context.Context, d disk.Disk, to string) error {
	if err := d.Check(ctx); err != nil {
		return err
	}
	holds, err := d.Holds(ctx)
	if err != nil {
		return err
	}
	on, err := diskOf(filepath.Dir(to))
	if err != nil {
		return err
	}
	if free := on.Free - diskReserve; holds > free/2 {
		return study.Refuse(study.ErrConflict, "%s holds %d MB, and needs as much room while it is converted and up to as much to keep it; only %d MB of the disk can be used. Make room, or choose a larger disk with --data.",
			d.Name, holds/1e6, max(0, free)/1e6)
	}
	return d.Convert(ctx, to)
}
