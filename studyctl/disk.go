package main

import (
	"fmt"

	"golang.org/x/sys/unix"

	"vmstudy/web/lab"
)

// diskOf returns how much room there is on the disk of dir for programs that do not run as root.
func diskOf(dir string) (lab.Disk, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return lab.Disk{}, fmt.Errorf("room on the disk of %s: %w", dir, err)
	}
	block := int64(st.Bsize)
	return lab.Disk{Free: int64(st.Bavail) * block, Total: int64(st.Blocks) * block}, nil
}
