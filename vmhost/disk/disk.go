package disk

import (
	"fmt"
	"os"
	"path/filepath"

	"vmstudy/study"
)

// Format is the format of a disk, by qemu-img's name.
type Format string

// The formats that can be read.
const (
	Raw   Format = "raw"
	Qcow2 Format = "qcow2"
	VMDK  Format = "vmdk"
	VDI   Format = "vdi"
	VHDX  Format = "vhdx"
	VHD   Format = "vpc"
)

// Limits of what is read.
const (
	SectorSize = 512
	MaxSize    = 1 << 40 // bytes, zeros included
)

// Disk is a disk in a file.
type Disk struct {
	Path   string // of the file
	Name   string // for people
	Format Format

	// Where in the file the disk is. Size is 0 if it is the whole file.
	Offset, Size int64
}

// Plain reports whether the file is the disk itself, byte by byte.
func (d Disk) Plain() bool { return d.Format == Raw && d.Size == 0 }

// Find finds out which disk is in the file at path. If asRaw is set, the file is taken for a raw disk, whatever it looks like. If
// it cannot be read, the error is a sentence that says what to do.
func Find(path string, asRaw bool) (Disk, error) {
	path, err := filepath.EvalSymlinks(path)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return Disk{}, fmt.Errorf("disk %s: %w", path, err)
	}
	d := Disk{Path: path, Name: filepath.Base(path), Format: Raw}
	info, err := os.Stat(path)
	if err != nil {
		return Disk{}, fmt.Errorf("disk %s: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return Disk{}, study.Refuse(study.ErrInvalid, "%s is not a plain file. Copy the disk into one first.", d.Name)
	}
	f, err := os.Open(path)
	if err != nil {
		return Disk{}, fmt.Errorf("disk %s: %w", path, err)
	}
	defer f.Close()
	file := part{f, info.Size(), d.Name}
	if asRaw {
		return d, file.checkRaw()
	}
	kind, err := file.kind()
	switch {
	case err != nil:
		return Disk{}, err
	case kind == tarArchive:
		return findInTar(f, d, info.Size())
	}
	d.Format = kind.format()
	return d, file.check(kind, filepath.Dir(path))
}

// checkRaw refuses a file that cannot be a raw disk.
func (p part) checkRaw() error {
	if p.size <= 0 || p.size%SectorSize != 0 || p.size > MaxSize {
		return study.Refuse(study.ErrInvalid, "%s has %d bytes; a raw disk is a file of whole sectors of %d bytes, from one to %d GiB. If the file is cut off, copy it again.",
			p.name, p.size, SectorSize, MaxSize>>30)
	}
	return nil
}

// check refuses a disk that qemu-img must not open. dir is the directory of the files that belong to the disk.
func (p part) check(k kind, dir string) error {
	switch k {
	case rawDisk:
		return p.checkRaw()
	case qcow2Disk:
		return p.checkQcow2()
	case vmdkSparse:
		return p.checkSparseVMDK()
	case vmdkText:
		return p.checkVMDKText(dir)
	case vdiDisk:
		return p.checkVDI()
	case vhdDynamic, vhdFixed:
		return p.checkVHD(k)
	}
	return nil
}
