package qemu

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// In some containers root can make namespaces, but there are only a few users.
func TestMachinesHaveUsersOfTheirOwnOnlyWhereThoseExist(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		want  bool
	}{
		"the whole computer's":                {"         0          0 4294967295\n", true},
		"a container's":                       {"         0     100000      65536\n", false},
		"a container's with many users":       {"0 1000 1\n1 100000 2000000000\n", true},
		"one that ends among those we give":   {fmt.Sprintf("0 100000 %d\n", FirstUser+maxPID-1), false},
		"one that begins among those we give": {fmt.Sprintf("%d 100000 4000000\n", FirstUser+1), false},
		"a file that is no table":             {"none\n", false},
	} {
		path := filepath.Join(t.TempDir(), "uid_map")
		if err := os.WriteFile(path, []byte(c.table), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := hasUsers(path); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
