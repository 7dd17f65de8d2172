package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/stream"
	"vmstudy/stream/store"
	"vmstudy/study"
)

type applianceImportCmd struct {
	Name string `arg:"" help:"Name that it gets in the store."`
	Disk string `help:"The disk: a qcow2 file, or a raw one whose name ends in .raw or .img." required:"" type:"existingfile"`
}

// Limits of what may be imported.
const (
	sectorSize   = 512
	maxDisk      = 1 << 40         // bytes, zeros included
	convertLimit = 2 * time.Hour   // for qemu-img
	askLimit     = 1 * time.Minute // for a question to it
	maxAnswer    = 1 << 20         // bytes that it may say
)

// Run packs the disk as an appliance that has nothing but a disk.
func (cmd applianceImportCmd) Run(ctx context.Context, c Config, t terminal) error {
	if !stream.PlainName(cmd.Name) {
		return study.Refuse(study.ErrInvalid, "%q is no name of an appliance", cmd.Name)
	}
	if _, err := c.appliance(cmd.Name); err == nil {
		return study.Refuse(study.ErrConflict, "an appliance %q is installed: choose another name, or remove it first", cmd.Name)
	}
	if err := c.makeData(); err != nil {
		return err
	}
	dir, release, err := c.commandDir("import-")
	if err != nil {
		return err
	}
	show, began := newProgress(t.log), time.Now()
	f, err := cmd.pack(ctx, c, dir, show)
	if err := errors.Join(err, release()); err != nil {
		return err
	}
	show.done()
	return tellFigures(t, cmd.Name, f, time.Since(began))
}

// pack brings the disk into raw form, in dir if it is not, and packs it.
func (cmd applianceImportCmd) pack(ctx context.Context, c Config, dir string, show *progress) (f store.Figures, err error) {
	raw, err := rawDisk(ctx, cmd.Disk, dir, show)
	if err != nil {
		return f, err
	}
	source, file, err := stream.OpenFile("disk", raw)
	if err != nil {
		return f, err
	}
	defer file.Close()
	show.show("Reading "+filepath.Base(cmd.Disk), 0, 0)
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return f, err
	}
	err = c.withStore(func(s *store.Store) error {
		_, err := s.Pack(ctx, cmd.Name, hex.EncodeToString(sum.Sum(nil)), []stream.Source{source}, func(done, total int64) {
			show.show("Packing "+cmd.Name, done, total)
		})
		if err == nil {
			f, err = figuresOf(s, cmd.Name)
		}
		return err
	})
	return f, err
}

// rawDisk returns the path of the disk in raw form.
func rawDisk(ctx context.Context, path, dir string, show *progress) (string, error) {
	qcow2, err := isQcow2(path)
	if err != nil {
		return "", err
	}
	name := filepath.Base(path)
	if qcow2 {
		show.show("Converting "+name, 0, 0)
		return convert(ctx, path, filepath.Join(dir, "disk.raw"))
	}
	info, err := os.Stat(path)
	switch ending := filepath.Ext(path); {
	case err != nil:
		return "", err
	case ending != ".raw" && ending != ".img":
		return "", study.Refuse(study.ErrInvalid, "%s is no qcow2 disk. If it is a raw one, let its name end in .raw or .img; convert others with qemu-img.", name)
	case !info.Mode().IsRegular() || info.Size() == 0 || info.Size()%sectorSize != 0 || info.Size() > maxDisk:
		return "", study.Refuse(study.ErrInvalid, "%s has %d bytes; a raw disk is a file of whole sectors of %d bytes, from one to %d GiB.", name, info.Size(), sectorSize, maxDisk>>30)
	}
	return path, nil
}

func isQcow2(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	magic := make([]byte, 4)
	if n, err := io.ReadFull(f, magic); err != nil && n == 0 && !errors.Is(err, io.EOF) {
		return false, err
	}
	return bytes.Equal(magic, []byte("QFI\xfb")), nil
}

// diskInfo is what we ask qemu-img about a disk.
type diskInfo struct {
	Size     int64           `json:"virtual-size"`
	Backing  string          `json:"backing-filename"`
	Specific json.RawMessage `json:"format-specific"`
}

// refused says why a qcow2 disk is not converted. It might name other files of this computer, which
// qemu-img would read as root and put into the image.
func (d diskInfo) refused(name string) error {
	var special struct {
		Data struct {
			File    string          `json:"data-file"`
			Encrypt json.RawMessage `json:"encrypt"`
		} `json:"data"`
	}
	if len(d.Specific) > 0 {
		if err := json.Unmarshal(d.Specific, &special); err != nil {
			return err
		}
	}
	switch {
	case d.Backing != "" || special.Data.File != "":
		return study.Refuse(study.ErrInvalid, "%s refers to another file. Make one file of them first, with: qemu-img convert -O qcow2 %s whole.qcow2", name, name)
	case special.Data.Encrypt != nil:
		return study.Refuse(study.ErrInvalid, "%s is encrypted; decrypt it first.", name)
	case d.Size <= 0 || d.Size > maxDisk:
		return study.Refuse(study.ErrInvalid, "%s says that its disk has %d bytes; at most %d GiB can be imported.", name, d.Size, maxDisk>>30)
	}
	return nil
}

// convert makes a sparse raw file of a qcow2 disk.
func convert(ctx context.Context, path, to string) (string, error) {
	name := filepath.Base(path)
	path, err := filepath.Abs(path) // so that it cannot be taken for an option or a protocol
	if err != nil {
		return "", err
	}
	var info diskInfo
	if err := askImage(ctx, name, &info, "info", "--output=json", "-f", "qcow2", "file:"+path); err != nil {
		return "", err
	}
	if err := info.refused(name); err != nil {
		return "", err
	}
	var need struct{ Required int64 }
	if err := askImage(ctx, name, &need, "measure", "--output=json", "-f", "qcow2", "-O", "raw", "file:"+path); err != nil {
		return "", err
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(to), &fs); err != nil {
		return "", err
	}
	if free := int64(fs.Bavail) * fs.Bsize; need.Required > free/2 {
		return "", study.Refuse(study.ErrConflict, "%s needs %d MB while it is converted, and more to keep it; only %d MB of the disk are free.", name, need.Required/1e6, free/1e6)
	}
	ctx, cancel := context.WithTimeout(ctx, convertLimit)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "qemu-img", "convert", "-f", "qcow2", "-O", "raw", "file:"+path, to)
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return "", unreadable(ctx, name, said.Bytes(), err)
	}
	return to, nil
}

// askImage runs a question of qemu-img's that answers in JSON.
func askImage(ctx context.Context, name string, answer any, args ...string) error {
	if _, err := exec.LookPath("qemu-img"); err != nil {
		return study.Refuse(study.ErrNotFound, "qemu-img is not installed. On Debian: apt install qemu-utils.")
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "qemu-img", args...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil || len(out) > maxAnswer {
		return unreadable(ctx, name, said.Bytes(), err)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		return fmt.Errorf("qemu-img %s: %w", args[0], err)
	}
	return nil
}

// unreadable explains why qemu-img could not read a disk.
func unreadable(ctx context.Context, name string, said []byte, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	last, _, _ := bytes.Cut(bytes.TrimSpace(said), []byte("\n"))
	return errors.Join(study.Refuse(study.ErrInvalid, "%s cannot be read as a qcow2 disk (%s).", name, bytes.TrimSpace(last)), err)
}
