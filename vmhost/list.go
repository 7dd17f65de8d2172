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

// Unusable is something in a directory of appliances that cannot be used.
type Unusable struct {
	Name  string
	Stray bool   // it is a file, so it has never been an appliance
	Why   string // with what to do about it
}

// String names it and says why it cannot be used.
func (u Unusable) String() string { return fmt.Sprintf("%q: %s", u.Name, u.Why) }

// List loads the appliances in the directory root, by name. If root does not exist, there are none. What cannot be used
// is passed over, so a damaged appliance does not keep the others from being used. Names that begin with a dot are not
// looked at; appliances are built in such directories.
func List(root string) (all []Appliance, passed []Unusable, err error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("list appliances: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		info, err := os.Stat(filepath.Join(root, e.Name()))
		if err == nil && !info.IsDir() {
			passed = append(passed, Unusable{Name: e.Name(), Stray: true, Why: "it is not the directory of an appliance. Move it elsewhere"})
			continue
		}
		a, why := loadUsable(root, e.Name())
		if why != "" {
			passed = append(passed, Unusable{Name: e.Name(), Why: why})
			continue
		}
		all = append(all, a)
	}
	return all, passed, nil
}

// loadUsable loads the directory of that name in root, or says why it cannot be used.
func loadUsable(root, name string) (a Appliance, why string) {
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		return a, "it cannot be opened. Remove it"
	}
	if !qemu.ValidID(name) {
		return a, "an appliance has a name of lower-case letters, digits and hyphens. Rename the directory to what its manifest calls it"
	}
	a, err := Load(dir)
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
