package disk

import (
	"encoding/binary"

	"vmstudy/study"
)

// Fields in the headers of disks that name other files, or that qemu-img does not check. Offsets are in bytes.

// refers refuses a disk that needs other files. It might name any file of this computer.
func (p part) refers() error {
	return study.Refuse(study.ErrInvalid, "%s refers to another file. Make one file of them first, where they come from, with: qemu-img convert -O qcow2 %s whole.qcow2", p.name, p.name)
}

func (p part) cut() error {
	return study.Refuse(study.ErrInvalid, "%s is cut off: it has %d bytes, fewer than its own header. Copy it again.", p.name, p.size)
}

// checkQcow2 reads the header of a qcow2 disk (QEMU, docs/interop/qcow2.txt).
func (p part) checkQcow2() error {
	const backing, crypt, features, length = 8, 32, 72, 72
	const dataFile = 1 << 2
	b, err := p.at(0, features+8)
	big := binary.BigEndian
	switch {
	case err != nil:
		return err
	case len(b) < length:
		return p.cut()
	case field[uint64](b, backing, big) != 0:
		return p.refers()
	case field[uint32](b, 4, big) >= 3 && field[uint64](b, features, big)&dataFile != 0:
		return p.refers()
	case field[uint32](b, crypt, big) != 0:
		return study.Refuse(study.ErrInvalid, "%s is encrypted; decrypt it first.", p.name)
	}
	return nil
}

// checkVDI reads the header of a disk of VirtualBox.
func (p part) checkVDI() error {
	const kindAt, length = 0x4c, 0x1c8
	const dynamic, static = 1, 2
	b, err := p.at(0, length)
	if err != nil {
		return err
	}
	if len(b) < length {
		return p.cut()
	}
	if k := field[uint32](b, kindAt, binary.LittleEndian); k != dynamic && k != static {
		return study.Refuse(study.ErrInvalid, "%s is a snapshot of another disk of VirtualBox. Make a whole disk there, with: VBoxManage clonemedium %s whole.vdi", p.name, p.name)
	}
	return nil
}

// checkVHD reads the footer of a VHD. A dynamic VHD has a copy of its footer at the beginning.
func (p part) checkVHD(k kind) error {
	const length, kindAt = 512, 60
	const fixed, dynamic = 2, 3
	at := int64(0)
	if k == vhdFixed {
		at = p.size - length
	}
	b, err := p.at(at, length)
	if err != nil {
		return err
	}
	if len(b) < length {
		return p.cut()
	}
	if k := field[uint32](b, kindAt, binary.BigEndian); k != fixed && k != dynamic {
		return study.Refuse(study.ErrInvalid, "%s is a differencing VHD, which needs its parent. Merge the two first, in PowerShell with: Merge-VHD, or Convert-VHD %s whole.vhdx", p.name, p.name)
	}
	return nil
}
