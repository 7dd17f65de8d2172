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

// namespaceDir is where ip-netns(8) looks for namespaces that have a name, and where package netns
// puts them.
const namespaceDir = "/run/netns"

// Namespace is a network namespace: interfaces, addresses and sockets apart from all others.
// It lives as long as it is open or its name is mounted, or a socket is open in it.
type Namespace struct {
	name string // empty if it has none
	file *os.File
}

// New makes a namespace that can be seen under its name, so that
// "ip netns exec NAME ip -s addr" shows what a link is made of while it runs. The name must be a
// Mark's: so whatever has it already was left behind by somebody, and is removed.
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

// Unnamed makes a namespace that nobody else can find. It needs no file, and leaves none behind.
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
		n.file = os.NewFile(uintptr(handle), n.name) // which, unlike a handle, may be closed while it is in use
		return nil
	})
}

// Do runs a function inside the namespace. Sockets that it opens belong to the namespace for
// good, wherever they are used later.
func (n *Namespace) Do(inside func() error) error {
	return onOwnThread(func() error {
		if err := netns.Set(netns.NsHandle(n.file.Fd())); err != nil {
			return fmt.Errorf("enter namespace %s: %w", n.name, err)
		}
		return inside()
	})
}

// onOwnThread runs do on an operating system thread that nothing else runs on meanwhile, and
// then brings the thread back to the namespace in which it was. Should that fail, the thread
// ends with its goroutine: nothing else may ever run on it.
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

// File is what another process needs to enter the namespace.
func (n *Namespace) File() *os.File { return n.file }

// Close takes the namespace's name away.
func (n *Namespace) Close() error {
	if n.name == "" {
		return n.file.Close()
	}
	return errors.Join(n.file.Close(), removeNamespace(n.name))
}

// removeNamespace unmounts and removes a name; that there is none is no error. netns.DeleteNamed does
// not remove a name on which nothing is mounted.
func removeNamespace(name string) error {
	path := filepath.Join(namespaceDir, name)
	// Whoever may not mount has mounted nothing on the file, and may not unmount either. So the error of
	// the unmounting counts only if the file cannot be removed.
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
