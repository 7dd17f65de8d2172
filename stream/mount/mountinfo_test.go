package mount

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMountinfoIsReadAsTheKernelWritesIt(t *testing.T) {
	const table = `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
41 36 0:37 / /run/vm\040one rw,nosuid - fuse.vmstudy vmstudy rw,user_id=0
42 36 0:38 / /run/back\134slash rw shared:7 propagate_from:2 - tmpfs none rw
a line of the future
`
	got, err := parseMountinfo(strings.NewReader(table))
	want := []mountEntry{
		{dev: "98:0", point: "/mnt2", kind: "ext3"},
		{dev: "0:37", point: "/run/vm one", kind: "fuse.vmstudy"},
		{dev: "0:38", point: `/run/back\slash`, kind: "tmpfs"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(mountEntry{})); err != nil || diff != "" {
		t.Errorf("parseMountinfo: %v\n%s", err, diff)
	}
}

func FuzzParseMountinfo(f *testing.F) {
	f.Add(`41 36 0:37 / /run/vm\040one\9 rw - fuse.vmstudy vmstudy rw`)
	f.Fuzz(func(t *testing.T, table string) {
		entries, err := parseMountinfo(strings.NewReader(table))
		for _, e := range entries {
			if e.point == "" || e.dev == "" {
				t.Errorf("entry %+v of %q (%v) lacks a field", e, table, err)
			}
		}
	})
}
