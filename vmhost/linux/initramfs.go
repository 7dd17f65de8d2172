package linux

import (
	"bytes"
	"debug/elf"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed initramfs-init.sh
var initramfsInit []byte

// initFile is a file of an initramfs. mode is as in stat(2), type bits included.
type initFile struct {
	name string
	mode int
	text []byte
}

// DiskInitramfs writes the first file system of a guest that hands over to the program init on its disk. It loads
// the kernel modules that are wanted, and those that they need.
func (k Kernel) DiskInitramfs(path string, wanted []string, init string) error {
	return k.initramfs(path, wanted, diskInit(init))
}

// initramfs makes the file path from a kernel's modules, busybox and files.
func (k Kernel) initramfs(path string, wanted []string, files []initFile) error {
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(writeInitramfs(out, k.Tree, wanted, busybox, files), out.Close())
}

// diskInit are the files of a guest that hands over to the program init on its disk.
func diskInit(init string) []initFile {
	return []initFile{{"init", 0o100755, initramfsInit}, {"next", 0o100644, []byte(init + "\n")}}
}

// writeInitramfs makes the first file system of a guest: busybox, the wanted kernel modules with
// those that they need, in the order of modules/order, and files, one of which is init.
func writeInitramfs(w io.Writer, modulesDir string, wanted []string, busybox string, files []initFile) error {
	modules, err := moduleOrder(modulesDir, wanted)
	if err != nil {
		return err
	}
	shell, err := os.ReadFile(busybox)
	if err != nil {
		return err
	}
	c := cpio{w: w}
	for _, dir := range []string{"bin", "modules"} {
		c.add(dir, 0o40755, nil)
	}
	c.add("bin/busybox", 0o100755, shell)
	for _, f := range files {
		c.add(f.name, f.mode, f.text)
	}
	var order bytes.Buffer
	for _, path := range modules {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintln(&order, filepath.Base(path))
		c.add("modules/"+filepath.Base(path), 0o100644, text)
	}
	c.add("modules/order", 0o100644, order.Bytes())
	c.add("TRAILER!!!", 0, nil)
	return c.err
}

// moduleOrder lists the files of the wanted kernel modules under dir, each after those that it depends on. A module
// without a file is an error if it is wanted. If another module depends on it, it is built into the kernel.
func moduleOrder(dir string, wanted []string) ([]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(filepath.Base(path), ".ko"); ok {
			files[canonical(name)] = path
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for kernel modules: %w", err)
	}
	var order []string
	seen := map[string]bool{}
	var add func(name string) error
	add = func(name string) error {
		path := files[canonical(name)]
		if path == "" || seen[path] {
			return nil
		}
		seen[path] = true
		needs, err := moduleNeeds(path)
		if err != nil {
			return err
		}
		for _, n := range needs {
			if err := add(n); err != nil {
				return err
			}
		}
		order = append(order, path)
		return nil
	}
	for _, name := range wanted {
		if files[canonical(name)] == "" {
			return nil, fmt.Errorf("kernel module %s: no such file under %s", name, dir)
		}
		if err := add(name); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// canonical writes a module's name with underscores. File names of modules may have hyphens in their place.
func canonical(module string) string { return strings.ReplaceAll(module, "-", "_") }

// moduleNeeds reads which modules a module depends on. Its section .modinfo has zero-terminated strings, and one of them
// is as in "depends=a,b".
func moduleNeeds(path string) ([]string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("kernel module %s: %w", path, err)
	}
	defer f.Close()
	section := f.Section(".modinfo")
	if section == nil {
		return nil, fmt.Errorf("kernel module %s: no section .modinfo", path)
	}
	info, err := section.Data()
	if err != nil {
		return nil, fmt.Errorf("kernel module %s: %w", path, err)
	}
	for fact := range strings.SplitSeq(string(info), "\x00") {
		if list, ok := strings.CutPrefix(fact, "depends="); ok && list != "" {
			return strings.Split(list, ","), nil
		}
	}
	return nil, nil
}

// cpio writes the "newc" archive that the kernel unpacks at boot
// (Documentation/driver-api/early-userspace/buffer-format.rst in its sources).
type cpio struct {
	w     io.Writer
	inode int
	err   error // the first one; afterwards add does nothing
}

// add writes one file or directory. mode is as in stat(2), type bits included.
func (c *cpio) add(name string, mode int, data []byte) {
	if c.err != nil {
		return
	}
	c.inode++
	var out bytes.Buffer
	fmt.Fprintf(&out, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		c.inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name)+1, 0)
	out.WriteString(name + "\x00")
	pad(&out)
	out.Write(data)
	pad(&out)
	_, c.err = c.w.Write(out.Bytes())
}

// pad fills up to a multiple of four bytes.
func pad(b *bytes.Buffer) {
	for b.Len()%4 != 0 {
		b.WriteByte(0)
	}
}
