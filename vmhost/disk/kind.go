package disk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"

	"vmstudy/study"
)

// part is a file, or a part of one.
type part struct {
	io.ReaderAt
	size int64
	name string // for people
}

// at returns up to n bytes at off. There are fewer if the part ends before.
func (p part) at(off int64, n int) ([]byte, error) {
	if off < 0 || off >= p.size {
		return nil, nil
	}
	b := make([]byte, min(int64(n), p.size-off))
	got, err := p.ReadAt(b, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:got], err
}

// kind says what a file is, judged by its content.
type kind int

const (
	unknown kind = iota
	rawDisk
	qcow2Disk
	vmdkSparse // the disk, or one extent of it
	vmdkText   // a description, which lists the files that have the disk
	vdiDisk
	vhdxDisk
	vhdDynamic
	vhdFixed
	tarArchive // an OVA is one
)

func (k kind) format() Format {
	switch k {
	case qcow2Disk:
		return Qcow2
	case vmdkSparse, vmdkText:
		return VMDK
	case vdiDisk:
		return VDI
	case vhdxDisk:
		return VHDX
	case vhdDynamic, vhdFixed:
		return VHD
	}
	return Raw
}

// sign is a text at a certain place in a file, which shows what the file is.
type sign struct {
	off  int64 // if it is negative, it counts from the end
	text string
	kind kind
	say  string // why the file is refused; empty if it is not
}

// signs are looked for in this order. A partition table comes late, since disks of other kinds may have one, too.
var signs = []sign{
	{0, "QFI\xfb\x00\x00\x00\x01", 0, "is a qcow disk of the first version. Convert it first, with: qemu-img convert -f qcow -O qcow2 OLD NEW.qcow2"},
	{0, "QFI\xfb", qcow2Disk, ""},
	{0, "KDMV", vmdkSparse, ""},
	{0, "COWD", 0, "is a VMDK of an old ESX server. Convert it first, with: qemu-img convert -f vmdk -O qcow2 OLD NEW.qcow2"},
	{0, "\xbe\xba\xfe\xca\x00\x00\x00\x00", 0, "is a snapshot of an ESXi server. Export the machine there, or clone the disk with: vmkfstools -i OLD NEW.vmdk"},
	{0, "# Disk DescriptorFile", vmdkText, ""},
	{64, "\x7f\x10\xda\xbe", vdiDisk, ""},
	{0, "vhdxfile", vhdxDisk, ""},
	{0, "conectix", vhdDynamic, ""},
	{-512, "conectix", vhdFixed, ""},
	{0, "LUKS\xba\xbe", 0, "is encrypted (LUKS); decrypt it first."},
	{0, "QED\x00", 0, "is a QED disk. Convert it first, with: qemu-img convert -f qed -O qcow2 OLD NEW.qcow2"},
	{0, "WithoutFreeSpace", 0, "is a Parallels disk. Convert it first, with: qemu-img convert -f parallels -O qcow2 OLD NEW.qcow2"},
	{0, "WithouFreSpacExt", 0, "is a Parallels disk. Convert it first, with: qemu-img convert -f parallels -O qcow2 OLD NEW.qcow2"},
	{-512, "koly", 0, "is a DMG of macOS. Convert it first, with: qemu-img convert -f dmg -O qcow2 OLD NEW.qcow2"},
	{0, "\x1f\x8b", 0, "is compressed by gzip. Unpack it first, with: gunzip FILE (or tar -xzf FILE)"},
	{0, "\xfd7zXZ\x00", 0, "is compressed by xz. Unpack it first, with: unxz FILE (or tar -xJf FILE)"},
	{0, "\x28\xb5\x2f\xfd", 0, "is compressed by zstd. Unpack it first, with: unzstd FILE"},
	{0, "BZh", 0, "is compressed by bzip2. Unpack it first, with: bunzip2 FILE"},
	{0, "PK\x03\x04", 0, "is a ZIP archive. Unpack it first, with: unzip FILE"},
	{0, "7z\xbc\xaf\x27\x1c", 0, "is a 7z archive. Unpack it first, with: 7z x FILE"},
	{257, "ustar", tarArchive, ""},
	{32769, "CD001", 0, "is an image of a CD or DVD. Install from it into a disk, and import that; or say --raw if it shall be the disk itself."},
	{510, "\x55\xaa", rawDisk, ""},         // a partition table, or a boot sector
	{512, "EFI PART", rawDisk, ""},         // a GPT without the table for old systems before it
	{4 << 10, "EFI PART", rawDisk, ""},     // the same with sectors of 4096 bytes
	{1080, "\x53\xef", rawDisk, ""},        // a file system alone: ext2 to ext4,
	{0, "XFSB", rawDisk, ""},               // XFS,
	{64<<10 + 64, "_BHRfS_M", rawDisk, ""}, // Btrfs,
	{512, "LABELONE", rawDisk, ""},         // or a volume of LVM
}

// kind finds out what the file is, and refuses everything that is not a disk that can be read.
func (p part) kind() (kind, error) {
	if p.size == 0 {
		return unknown, study.Refuse(study.ErrInvalid, "%s is empty. If it should not be, copy it again.", p.name)
	}
	for _, s := range signs {
		off := s.off
		if off < 0 {
			off += p.size
		}
		b, err := p.at(off, len(s.text))
		switch {
		case err != nil:
			return unknown, err
		case string(b) != s.text:
		case s.say != "":
			return unknown, study.Refuse(study.ErrInvalid, "%s %s", p.name, strings.NewReplacer("OLD", p.name, "FILE", p.name).Replace(s.say))
		default:
			return s.kind, nil
		}
	}
	if old, err := p.oldTar(); err != nil || old {
		return tarArchive, err
	}
	return unknown, study.Refuse(study.ErrInvalid,
		"%s is no disk that can be read: not qcow2, VMDK, VDI, VHDX, VHD or OVA, and without the partition table or file system of a raw disk. Convert it with qemu-img; if it is a raw disk all the same, say --raw.", p.name)
}

// oldTar reports whether the file is a tar archive of the old kind, which has no sign. Then its first header has a correct
// checksum.
func (p part) oldTar() (bool, error) {
	const length, sumAt, sumLength = 512, 148, 8
	b, err := p.at(0, length)
	if err != nil || len(b) < length || b[0] == 0 {
		return false, err
	}
	want, err := strconv.ParseUint(string(bytes.Trim(b[sumAt:sumAt+sumLength], " \x00")), 8, 32)
	if err != nil {
		return false, nil //nolint:nilerr // a field that is not a number is not a checksum
	}
	sum := uint64(sumLength * ' ')
	for i, c := range b {
		if i < sumAt || i >= sumAt+sumLength {
			sum += uint64(c)
		}
	}
	return sum == want, nil
}

// field reads a number of a header. If the header ends before, it returns zero.
func field[T uint32 | uint64](b []byte, at int, order binary.ByteOrder) T {
	var n T
	size := binary.Size(n)
	if at+size > len(b) {
		return 0
	}
	if size == 4 {
		return T(order.Uint32(b[at:]))
	}
	return T(order.Uint64(b[at:]))
}
