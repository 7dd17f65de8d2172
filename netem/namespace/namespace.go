package namespace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// namespaceDir is where ip-netns(8) looks for namespaces that have a name.
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
	if err := os.MkdirAll(namespaceDir, 0o755); err != nil {
		return nil, err
	}
	path := filepath.Join(namespaceDir, name)
	if err := removeNamespace(name); err != nil {
		return nil, err
	}
	mountpoint, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o444)
	if err != nil {
		return nil, err
	}
	mountpoint.Close()
	n := &Namespace{name: name}
	err = onOwnThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("make a network namespace: %w", err)
		}
		if err := unix.Mount(threadNamespace, path, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount it on %s: %w", path, err)
		}
		n.file, err = os.Open(path)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, removeNamespace(name))
	}
	return n, nil
}

// threadNamespace is the namespace of the thread that opens it.
const threadNamespace = "/proc/thread-self/ns/net"

// Unnamed makes a namespace that nobody else can find. It needs no file, and leaves none behind.
func Unnamed() (*Namespace, error) {
	n := &Namespace{}
	err := onOwnThread(func() (err error) {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("make a network namespace: %w", err)
		}
		n.file, err = os.Open(threadNamespace)
		return err
	})
	if err != nil {
		return nil, err
	}
	return n, nil
}

// Do runs a function inside the namespace. Sockets that it opens belong to the namespace for
// good, wherever they are used later.
func (n *Namespace) Do(inside func() error) error {
	return onOwnThread(func() error {
		if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
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
		home, err := os.Open(threadNamespace)
		if err != nil {
			runtime.UnlockOSThread()
			done <- err
			return
		}
		defer home.Close()
		err = do()
		if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back != nil {
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

// removeNamespace unmounts and removes a name; that there is none is no error.
func removeNamespace(name string) error {
	path := filepath.Join(namespaceDir, name)
	// Nothing need be mounted on the file, and who may not mount cannot have mounted anything; what
	// is mounted all the same cannot be removed.
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
