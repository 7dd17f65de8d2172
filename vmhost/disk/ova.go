package disk

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"vmstudy/study"
)

const maxEntries = 10_000 // of an archive; an OVA has a handful

// findInTar finds the only disk in an archive, such as an OVA. The disk is read inside the archive, so nothing is unpacked.
func findInTar(f *os.File, d Disk, size int64) (Disk, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Disk{}, err
	}
	found, refused := map[string]Disk{}, []error(nil)
	r := tar.NewReader(f)
	for n := 0; ; n++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n == maxEntries {
			return Disk{}, errors.Join(study.Refuse(study.ErrInvalid, "%s cannot be read as a tar archive. Export the machine again, or copy the file again.", d.Name), err)
		}
		in, err := inTar(f, d, h, size)
		switch {
		case err != nil:
			refused = append(refused, err)
		case in.Size > 0:
			found[h.Name] = in
		}
	}
	names := slices.Sorted(maps.Keys(found))
	switch {
	case len(names) == 1:
		return found[names[0]], nil
	case len(names) > 1:
		return Disk{}, study.Refuse(study.ErrInvalid, "%s holds %d disks: %s. Unpack it with tar -xf %s, and import each under a name of its own.", d.Name, len(names), strings.Join(names, ", "), d.Name)
	case len(refused) > 0:
		return Disk{}, refused[0]
	}
	return Disk{}, study.Refuse(study.ErrInvalid, "%s is a tar archive, and holds no disk that can be read. Look into it with: tar -tvf %s", d.Name, d.Name)
}

// notDisks are the ends of the names of other files in an OVA.
var notDisks = []string{".ovf", ".mf", ".cert", ".nvram", ".txt", ".xml", ".iso"}

// inTar returns the disk in an entry of an archive. If the entry is not a disk, the result has no size. If the disk is refused,
// that only counts if there is no other disk.
func inTar(f *os.File, d Disk, h *tar.Header, size int64) (Disk, error) {
	if h.Typeflag != tar.TypeReg || h.Size == 0 || slices.Contains(notDisks, strings.ToLower(path.Ext(h.Name))) {
		return Disk{}, nil
	}
	name := fmt.Sprintf("%s in %s", h.Name, d.Name)
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return Disk{}, study.Refuse(study.ErrInvalid, "%s was packed without its holes. Unpack it with tar -xf %s, and import what comes out.", name, d.Name)
		}
	}
	at, err := f.Seek(0, io.SeekCurrent) // the reader has read up to the entry's content
	if err != nil {
		return Disk{}, err
	}
	if at+h.Size > size {
		return Disk{}, study.Refuse(study.ErrInvalid, "%s is cut off. Copy the archive again.", name)
	}
	entry := part{io.NewSectionReader(f, at, h.Size), h.Size, name}
	k, err := entry.kind()
	switch {
	case err != nil:
		return Disk{}, err
	case k == vmdkText || k == tarArchive:
		return Disk{}, study.Refuse(study.ErrInvalid, "%s has no disk in one piece. Unpack it with tar -xf %s, and import what comes out.", name, d.Name)
	}
	d.Name, d.Format, d.Offset, d.Size = name, k.format(), at, h.Size
	return d, entry.check(k, "")
}
