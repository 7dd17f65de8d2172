package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"vmstudy/files"
)

// settings are the settings of every cluster. All others have PostgreSQL's defaults, which
// home/data/postgresql.conf may change.
var settings = map[string]string{
	"listen_addresses": "", // only the socket
	"port":             strconv.Itoa(port),
	"shared_buffers":   "128MB",
	"max_connections":  "50",
	"timezone":         "UTC",
	"log_timezone":     "UTC",

	// What participants had erased must not live on elsewhere: the log names no values of rows, and the log of changes (WAL) is
	// removed when it is not needed any more, not used again with its old content in it.
	"log_error_verbosity": "terse",
	"wal_recycle":         "off",
}

// throwawaySettings make writing faster; after a crash the data is lost.
var throwawaySettings = map[string]string{
	"fsync":              "off",
	"synchronous_commit": "off",
	"full_page_writes":   "off",
}

// serverCommand returns the server of a cluster, ready to start.
func serverCommand(bin Installation, h *home, cfg Config) *exec.Cmd {
	args := []string{
		"-D", h.data,
		"-k", h.socket,
		"-c", "hba_file=" + filepath.Join(h.dir, hbaFile),
		"-c", "ident_file=" + filepath.Join(h.dir, identFile),
	}
	for name, value := range settings {
		args = append(args, "-c", name+"="+value)
	}
	if cfg.Throwaway {
		for name, value := range throwawaySettings {
			args = append(args, "-c", name+"="+value)
		}
	}
	cmd := exec.Command(filepath.Join(bin.Dir, "postgres"), args...)
	h.confine(cmd)
	cmd.SysProcAttr.Pdeathsig = cfg.deathSignal()
	return cmd
}

// confine makes cmd run as the server's user and in a process group of its own. It also withholds
// the program's environment, which may have secrets and PG* variables.
func (h *home) confine(cmd *exec.Cmd) {
	cmd.Dir = h.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: h.who.credential()}
}

// initialise makes an empty database in h.data. It builds the database in another directory and
// renames that when it is complete, so a crash never leaves an incomplete h.data.
func (h *home) initialise(ctx context.Context, bin Installation, cfg Config) error {
	fresh := h.data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	if err := h.who.ownDir(fresh); err != nil {
		return err
	}
	args := []string{
		"-D", fresh, "--username=" + superuser, "--auth=peer",
		"--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
	}
	if cfg.Throwaway {
		args = append(args, "--no-sync")
	}
	cmd := exec.Command(filepath.Join(bin.Dir, "initdb"), args...)
	h.confine(cmd)
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if err := run(ctx, cmd, cfg.Log); err != nil {
		return fmt.Errorf("initdb in %s: %w", fresh, err)
	}
	if err := os.Rename(fresh, h.data); err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	if cfg.Throwaway {
		return nil
	}
	return files.SyncDir(h.dir)
}
