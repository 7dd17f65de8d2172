package disk

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"vmstudy/study"
)

const vmdkTextLimit = 1 << 20 // greatest length of a description, in bytes

// checkSparseVMDK reads the header of a sparse VMDK and the description in it (VMware, "Virtual Disk Format 5.0").
func (p part) checkSparseVMDK() error {
	const capacity, textAt, textLength, length = 12, 28, 36, 79
	b, err := p.at(0, length)
	if err != nil {
		return err
	}
	little := binary.LittleEndian
	if len(b) < length {
		return p.cut()
	}
	if field[uint64](b, capacity, little) == 0 { // qemu-img would read the description, and open the files that it lists
		return p.refers()
	}
	at, n := field[uint64](b, textAt, little), field[uint64](b, textLength, little)
	if at > MaxSize || n > vmdkTextLimit/SectorSize {
		return study.Refuse(study.ErrInvalid, "%s has a description of %d sectors at sector %d, which is absurd. Export the disk again.", p.name, n, at)
	}
	for _, place := range []struct {
		at int64
		n  int
	}{
		{int64(at) * SectorSize, int(n) * SectorSize},
		{SectorSize, 20 * SectorSize}, // where qemu-img looks for a parent
	} {
		text, err := p.at(place.at, place.n)
		if err != nil {
			return err
		}
		if hasParent(text) {
			return p.snapshot()
		}
	}
	return nil
}

func (p part) snapshot() error {
	return study.Refuse(study.ErrInvalid, "%s is a snapshot, which needs the disk that it was taken of. Export the machine as OVA, or clone the disk, and import that.", p.name)
}

// hasParent reports whether a description names a disk of which this one is a snapshot.
func hasParent(text []byte) bool { return bytes.Contains(text, []byte("parentFileNameHint")) }

// quoted finds each text in quotes, with the part of its line before it.
var quoted = regexp.MustCompile(`([^"\r\n]*)"([^"\r\n]*)"`)

// checkVMDKText reads a description, which lists the files of the disk. qemu-img would open whatever is listed. So they may only
// be plain files in the same directory, none of which needs another file.
func (p part) checkVMDKText(dir string) error {
	if p.size > vmdkTextLimit {
		return study.Refuse(study.ErrInvalid, "%s begins as the description of a VMDK and has %d bytes, which is too long for one. Export the disk again.", p.name, p.size)
	}
	text, err := p.at(0, vmdkTextLimit)
	if err != nil {
		return err
	}
	if hasParent(text) {
		return p.snapshot()
	}
	extents := 0
	for _, found := range quoted.FindAllSubmatch(text, -1) {
		if strings.HasSuffix(strings.TrimSpace(string(found[1])), "=") {
			continue // it is the value of a setting
		}
		extents++
		if err := p.checkExtent(dir, string(found[2])); err != nil {
			return err
		}
	}
	if extents == 0 {
		return study.Refuse(study.ErrInvalid, "%s is the description of a VMDK, and lists no file that has the disk. Export the disk again.", p.name)
	}
	return nil
}

// checkExtent refuses a file of a VMDK that is not a plain file in the directory of the description.
func (p part) checkExtent(dir, name string) error {
	if name == "" || strings.ContainsAny(name, `/\:`) || strings.HasPrefix(name, ".") {
		return study.Refuse(study.ErrInvalid, "%s lists a file %q. Only files beside it are read: make one file of the disk first, where it comes from, with: qemu-img convert -f vmdk -O qcow2 %s whole.qcow2", p.name, name, p.name)
	}
	path := filepath.Join(dir, name)
	info, err := os.Lstat(path)
	if err != nil {
		return study.Refuse(study.ErrInvalid, "%s is only the description of a disk, and the file %q that has it is not beside it. Copy that here, too.", p.name, name)
	}
	if !info.Mode().IsRegular() {
		return study.Refuse(study.ErrInvalid, "%s lists a file %q, which is not a plain one. Copy it here.", p.name, name)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	extent := part{f, info.Size(), name}
	if magic, err := extent.at(0, 4); err != nil || string(magic) != "KDMV" {
		return err // the file has plain sectors, or something that qemu-img refuses
	}
	return extent.checkSparseVMDK()
}
