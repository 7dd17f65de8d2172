package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"vmstudy/study"
)

// systemUser runs the server when this program is root. Debian's package creates this user.
const systemUser = "postgres"

// An account is the user that the server runs as.
type account struct {
	self     string   // the name of the user that runs this program
	name     string   // the name of the user that runs the server
	uid      uint32   // of name
	gid      uint32   // of name
	groups   []uint32 // further groups of name
	borrowed bool     // name is not self: this program is root
}

// serverAccount decides who runs the server.
func serverAccount() (account, error) {
	self, err := user.Current()
	if err != nil {
		return account{}, fmt.Errorf("name of the user who runs this program: %w", err)
	}
	server := self
	if os.Geteuid() == 0 {
		server, err = user.Lookup(systemUser)
		if err != nil {
			return account{}, study.Refuse(study.ErrNotFound,
				"PostgreSQL does not run as root, and there is no user %q to run it as; install the Debian package postgresql", systemUser)
		}
	}
	groups, err := server.GroupIds()
	if err != nil {
		return account{}, fmt.Errorf("groups of user %s: %w", server.Username, err)
	}
	who := account{self: self.Username, name: server.Username, borrowed: server != self}
	ids, err := parseIDs(append([]string{server.Uid, server.Gid}, groups...))
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", server.Username, err)
	}
	who.uid, who.gid, who.groups = ids[0], ids[1], ids[2:]
	return who, nil
}

func parseIDs(texts []string) ([]uint32, error) {
	ids := make([]uint32, len(texts))
	for i, text := range texts {
		id, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return nil, err
		}
		ids[i] = uint32(id)
	}
	return ids, nil
}

// credential returns the user that a child process must change to; nil if no change is needed.
func (a account) credential() *syscall.Credential {
	if !a.borrowed {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid, Groups: a.groups}
}

// homeMode returns the mode of a home. It lets the server's user pass through a home that belongs
// to another user.
func (a account) homeMode() fs.FileMode {
	if a.borrowed {
		return 0o711
	}
	return 0o700
}

// ownDir makes dir if it is missing, accessible only to the server's user. It refuses a directory
// that belongs to any other user, because in /tmp anybody may have made it.
func (a account) ownDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("directory for postgres: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("directory for postgres: %w", err)
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if !info.IsDir() || owner != a.uid && owner != uint32(os.Geteuid()) {
		return study.Refuse(study.ErrDenied, "%s is not a directory of user %s; remove it", dir, a.name)
	}
	if err := os.Lchown(dir, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("directory for postgres: %w", err)
	}
	return os.Chmod(dir, 0o700)
}

// reach returns an error if the server's user cannot get to dir, and names the first directory on
// the path that is closed to it. It does not look at access control lists.
func (a account) reach(dir string) error {
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return fmt.Errorf("directory for postgres: %w", err)
	}
	for _, step := range stepsTo(resolved) {
		info, err := os.Stat(step)
		if err != nil {
			return fmt.Errorf("directory for postgres: %w", err)
		}
		st := info.Sys().(*syscall.Stat_t)
		if !a.mayPass(st.Mode, st.Uid, st.Gid) {
			return study.Refuse(study.ErrDenied,
				"the database runs as user %s, who may not enter %s; allow it (chmod o+x %s) or choose another data directory", a.name, step, step)
		}
	}
	return nil
}

// stepsTo returns / and every directory from there down to dir. dir must be absolute.
func stepsTo(dir string) []string {
	steps := []string{dir}
	for dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		steps = append(steps, dir)
	}
	slices.Reverse(steps)
	return steps
}

// mayPass tells whether the account has the search permission (x) of a directory.
func (a account) mayPass(mode, uid, gid uint32) bool {
	switch {
	case a.uid == 0:
		return true
	case uid == a.uid:
		return mode&0o100 != 0
	case gid == a.gid || slices.Contains(a.groups, gid):
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}
