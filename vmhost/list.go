package vmhost

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"vmstudy/study"
	"vmstudy/vmhost/qemu"
)

// List loads the appliances in the directory root, by name. If root does not exist, there are none. What cannot be used
// is passed over: passed has a sentence for each such file or directory, which says why and what to do. So a damaged
// appliance does not keep the others from being used. Names that begin with a dot are not looked at; appliances are
// built in such directories.
func List(root string) (all []Appliance, passed []string, err error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("list appliances: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		a, why := loadUsable(root, e.Name())
		if why != "" {
			passed = append(passed, fmt.Sprintf("%q: %s", e.Name(), why))
			continue
		}
		all = append(all, a)
	}
	return all, passed, nil
}

// loadUsable loads what lies in root under a name, or says why it cannot be used.
func loadUsable(root, name string) (a Appliance, why string) {
	dir := filepath.Join(root, name)
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return a, "it cannot be opened. Remove it"
	case !info.IsDir():
		return a, "it is not the directory of an appliance. Move it elsewhere"
	case !qemu.ValidID(name):
		return a, "an appliance has a name of lower-case letters, digits and hyphens. Rename the directory to what its manifest calls it"
	}
	a, err = Load(dir)
	switch {
	case errors.Is(err, study.ErrNotFound):
		return a, "it has no " + manifestFile + ", so it is not whole. Build or copy it again, or remove it"
	case err != nil:
		return a, fmt.Sprintf("it cannot be used (%v). Build or copy it again, or remove it", err)
	case a.Name != name:
		return a, fmt.Sprintf("its manifest calls it %q. Rename the directory to that", a.Name)
	}
	return a, ""
}
