package build

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/qemu"
)

// A recipe says what an appliance is made from. It is the file recipe.yaml of a directory, in which the files that it
// names are, too. appliances/README.md explains it by example.
type recipe struct {
	Name     string       `yaml:"name"`
	Title    string       `yaml:"title"`
	Profile  qemu.Profile `yaml:"profile"`
	RAM      int64        `yaml:"ram_mib"`  // MiB
	Disk     int64        `yaml:"disk_mib"` // MiB
	Width    int          `yaml:"width"`    // pixels
	Height   int          `yaml:"height"`   // pixels
	Keyboard string       `yaml:"keyboard"` // the layout that the guest's system has; empty: not known
	Tasks    []study.Task `yaml:"tasks"`

	// For profile bare.
	Image string `yaml:"image"` // the file to boot from, copied to the start of the disk

	// For profile desktop.
	Suite       string   `yaml:"suite"`       // of Debian; must be among the host's own apt sources
	Packages    []string `yaml:"packages"`    // beside the essential ones
	Exclude     []string `yaml:"exclude"`     // path patterns that dpkg does not unpack
	Kernel      string   `yaml:"kernel"`      // the package that depends on the current kernel
	Modules     []string `yaml:"modules"`     // to load at boot; what they need comes along
	CommandLine string   `yaml:"commandline"` // of the kernel
	Overlay     string   `yaml:"overlay"`     // directory of files to lay over the packages'
	Prepare     string   `yaml:"prepare"`     // program inside the guest's disk to run once, at build time
	Init        string   `yaml:"init"`        // program inside the guest's disk that becomes process 1
}

// readRecipe reads and checks recipe.yaml of source.
func readRecipe(source fs.FS) (recipe, error) {
	text, err := fs.ReadFile(source, "recipe.yaml")
	if err != nil {
		return recipe{}, fmt.Errorf("read recipe: %w", err)
	}
	var r recipe
	if err := yaml.Unmarshal(text, &r); err != nil {
		return recipe{}, fmt.Errorf("read recipe: %w", err)
	}
	if err := r.check(); err != nil {
		return recipe{}, study.Refuse(study.ErrInvalid, "The recipe recipe.yaml cannot be used: %v.", err)
	}
	return r, nil
}

func (r recipe) check() error {
	a := r.appliance()
	a.Accelerator = "tcg" // a recipe does not say it
	if err := a.CheckWords(); err != nil {
		return err
	}
	if r.Disk < 1 || r.Disk > 1<<20 {
		return fmt.Errorf("disk_mib %d: want 1 to 1048576", r.Disk)
	}
	if r.Profile == qemu.Bare {
		if !fs.ValidPath(r.Image) {
			return fmt.Errorf("image %q: want the path of a file beside recipe.yaml", r.Image)
		}
		return nil
	}
	words := append(slices.Clone(r.Packages), r.Suite, r.Kernel)
	for _, w := range append(words, r.Modules...) {
		if w == "" || w[0] == '-' || strings.ContainsAny(w, ", \n\"'") {
			return fmt.Errorf("%q is not the name of a suite, package or module", w)
		}
	}
	if !path.IsAbs(r.Prepare) || !path.IsAbs(r.Init) || !fs.ValidPath(r.Overlay) {
		return fmt.Errorf("want overlay (beside recipe.yaml), prepare and init (absolute paths in the guest)")
	}
	return nil
}

// appliance returns what the recipe says about its appliance. The rest is known when it is built.
func (r recipe) appliance() vmhost.Appliance {
	return vmhost.Appliance{
		Name: r.Name, Title: r.Title, Profile: r.Profile, RAM: r.RAM << 20,
		Width: r.Width, Height: r.Height, Keyboard: r.Keyboard, Machine: qemu.MachineType, CPU: qemu.CPUModel, Tasks: r.Tasks,
	}
}
