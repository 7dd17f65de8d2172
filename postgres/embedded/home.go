package embedded

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/study"
)

// Names inside a home.
const (
	dataDir   = "data"
	runDir    = "run"
	lockFile  = "lock"
	hbaFile   = "pg_hba.conf"
	identFile = "pg_ident.conf"
)

// maxSocketPath is the longest path of a unix socket, in bytes (the size of sun_path without its
// final zero).
const maxSocketPath = 107

// temporaryPrefix is the beginning of the names of throwaway homes; sweep finds them by it.
const temporaryPrefix = "vmstudy-pg-"

// A home is the directory of a cluster, locked by this process while open.
type home struct {
	who       account
	dir       string   // absolute; belongs to the user who runs this program
	data      string   // PGDATA; belongs to who
	socket    string   // directory of the socket; belongs to who
	temporary bool     // removed when closed
	lock      *os.File // nil until locked
}

// openHome makes and locks the directories of cfg.
func openHome(cfg Config) (*home, error) {
	who, err := serverAccount()
	if err != nil {
		return nil, err
	}
	h := &home{who: who, dir: cfg.Dir}
	switch {
	case cfg.Dir == "" && !cfg.Throwaway:
		return nil, study.Refuse(study.ErrInvalid, "the database needs a directory to keep its data in")
	case cfg.Dir == "":
		sweep(os.TempDir())
		h.temporary = true
		h.dir, err = os.MkdirTemp("", temporaryPrefix)
		if err == nil {
			err = os.Chmod(h.dir, who.homeMode())
		}
	default:
		h.dir, err = filepath.Abs(cfg.Dir)
		if err == nil {
			err = makeHome(h.dir, who)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("directory for postgres: %w", err)
	}
	if err := h.open(); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// makeHome makes dir and its missing parents. It does not change the mode of a directory that
// exists, because the user may have named that directory by mistake.
func makeHome(dir string, who account) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.Chmod(dir, who.homeMode())
}

// open locks the home and makes the directory of the socket.
func (h *home) open() error {
	if err := h.who.reach(h.dir); err != nil {
		return err
	}
	if err := h.acquire(); err != nil {
		return err
	}
	h.data = filepath.Join(h.dir, dataDir)
	h.socket = socketDir(h.dir, os.TempDir(), os.Geteuid())
	if !reachable(h.socket) {
		return study.Refuse(study.ErrInvalid, "the database cannot have its socket at %s, because the path has a comma or more than %d bytes; set TMPDIR to another directory",
			socketPath(h.socket), maxSocketPath)
	}
	if err := h.who.ownDir(h.socket); err != nil {
		return err
	}
	return h.who.reach(h.socket)
}

// acquire takes the lock of the home. The kernel releases it when this process ends.
func (h *home) acquire() error {
	path := filepath.Join(h.dir, lockFile)
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("lock the database: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer lock.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("lock %s: %w", path, err)
		}
		holder, _ := os.ReadFile(path) // only for the message
		return study.Refuse(study.ErrConflict, "the database in %s is in use by another program (process %s); stop that one, or choose another data directory",
			h.dir, strings.TrimSpace(string(holder)))
	}
	h.lock = lock
	if err := lock.Truncate(0); err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	if _, err := lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	return nil
}

// close releases the home, and removes it if it is temporary. It ignores errors, because nobody
// could do anything about them.
func (h *home) close() {
	if h.temporary {
		_ = os.RemoveAll(h.dir)
	}
	if h.lock != nil {
		_ = os.Remove(h.socket) // fails if not empty
		_ = h.lock.Close()
	}
}

// socketDir returns the directory of a cluster's socket. That is a directory in the home, or, if no
// client could find the socket there, a directory below tmp whose name is computed from user and
// home.
func socketDir(dir, tmp string, uid int) string {
	inside := filepath.Join(dir, runDir)
	if reachable(inside) {
		return inside
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(tmp, fmt.Sprintf("vmstudy-socket-%d-%x", uid, sum[:8]))
}

// reachable reports whether clients find a socket in dir. Its path must not be too long. And libpq and
// pgx take a comma for the end of a host, in which no other sign can stand for it.
func reachable(dir string) bool {
	return len(socketPath(dir)) <= maxSocketPath && !strings.Contains(dir, ",")
}

func socketPath(dir string) string { return filepath.Join(dir, ".s.PGSQL."+strconv.Itoa(port)) }

// major returns the major version of PostgreSQL that made the data, or "" if there is no data yet.
func (h *home) major() (string, error) {
	text, err := os.ReadFile(filepath.Join(h.data, "PG_VERSION"))
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if _, statErr := os.Lstat(h.data); errors.Is(statErr, fs.ErrNotExist) {
		return "", nil
	}
	return "", study.Refuse(study.ErrInvalid, "%s exists but holds no PostgreSQL data; move it away", h.data)
}

// writeAccess writes who may connect: this program's user and the server's user, both as superuser.
func (h *home) writeAccess() error {
	files := map[string]string{
		hbaFile:   "local all all peer map=owner\n",
		identFile: fmt.Sprintf("owner %q %s\nowner %q %s\n", h.who.self, superuser, h.who.name, superuser),
	}
	for name, text := range files {
		path := filepath.Join(h.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return fmt.Errorf("access to the database: %w", err)
		}
		if err := os.Chmod(path, 0o644); err != nil { // whatever the umask
			return fmt.Errorf("access to the database: %w", err)
		}
	}
	return nil
}

// sweep removes throwaway homes below tmp that a killed program has left there.
func sweep(tmp string) {
	const settled = time.Minute // a younger home may not be locked yet
	left, _ := os.ReadDir(tmp)  // if it cannot be read, nothing is removed
	for _, e := range left {
		if !strings.HasPrefix(e.Name(), temporaryPrefix) {
			continue
		}
		dir := filepath.Join(tmp, e.Name())
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < settled ||
			info.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
			continue
		}
		h := &home{dir: dir, temporary: true}
		if h.acquire() == nil {
			h.close()
		}
	}
}
