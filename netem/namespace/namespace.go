package namespace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// namespaceDir is where ip-netns(8) and package netns have named namespaces.
const namespaceDir = "/run/netns"

// Namespace is a network namespace: it has its own interfaces, addresses and sockets. It lives as long as
// a descriptor of it or a socket in it is open, or its name is mounted.
type Namespace struct {
	name string // empty if it has none
	file *os.File
}

// New makes a namespace with a name, so that "ip netns exec NAME ip -s addr" can show the parts of a
// running link. The name must come from a Mark; so a namespace that has this name already was left by a
// killed process, and New removes it.
func New(name string) (*Namespace, error) {
	if err := removeNamespace(name); err != nil {
		return nil, err
	}
	n := &Namespace{name: name}
	if err := n.begin(func() (netns.NsHandle, error) { return netns.NewNamed(name) }); err != nil {
		return nil, errors.Join(err, removeNamespace(name))
	}
	return n, nil
}

// Unnamed makes a namespace without a name. It leaves no file behind.
func Unnamed() (*Namespace, error) {
	n := &Namespace{}
	if err := n.begin(netns.New); err != nil {
		return nil, err
	}
	return n, nil
}

func (n *Namespace) begin(make func() (netns.NsHandle, error)) error {
	return onOwnThread(func() error {
		handle, err := make()
		if err != nil {
			return fmt.Errorf("make a network namespace: %w", err)
		}
		n.file = os.NewFile(uintptr(handle), n.name) // unlike the handle, it may be closed while another goroutine uses it
		return nil
	})
}

// Do runs a function inside the namespace. Sockets that it opens stay in the namespace, wherever they
// are used later.
func (n *Namespace) Do(inside func() error) error {
	return onOwnThread(func() error {
		if err := netns.Set(netns.NsHandle(n.file.Fd())); err != nil {
			return fmt.Errorf("enter namespace %s: %w", n.name, err)
		}
		return inside()
	})
}

// onOwnThread runs do on a locked operating system thread, and then returns the thread to the namespace
// in which it was. If that fails, the thread stays locked and ends with its goroutine, because nothing
// else may run on it.
func onOwnThread(do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		home, err := netns.Get()
		if err != nil {
			runtime.UnlockOSThread()
			done <- err
			return
		}
		defer home.Close()
		err = do()
		if back := netns.Set(home); back != nil {
			done <- errors.Join(err, fmt.Errorf("leave the namespace: %w", back))
			return
		}
		runtime.UnlockOSThread()
		done <- err
	}()
	return <-done
}

// File returns a file with which another process can enter the namespace.
func (n *Namespace) File() *os.File { return n.file }

// Close closes the namespace and removes its name.
func (n *Namespace) Close() error {
	if n.name == "" {
		return n.file.Close()
	}
	return errors.Join(n.file.Close(), removeNamespace(n.name))
}

// removeNamespace unmounts and removes a name. It is no error if the name does not exist. Unlike
// netns.DeleteNamed it also removes a name on which nothing is mounted.
func removeNamespace(name string) error {
	path := filepath.Join(namespaceDir, name)
	// A process that may not mount has mounted nothing here, but may not unmount, either. So an error of
	// Unmount counts only if the file cannot be removed.
	unmounted := unix.Unmount(path, unix.MNT_DETACH)
	err := os.Remove(path)
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		return nil
	case unmounted != nil && !errors.Is(unmounted, unix.EINVAL):
		return fmt.Errorf("unmount %s: %w", path, unmounted)
	}
	return err
}
