package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vmstudy/study"
)

// superuser is the role that this program connects as.
const superuser = "postgres"

// port is part of the socket's file name and nothing else: the server does not listen on TCP.
const port = 5432

// Config says where a cluster lives and how much its data is worth.
type Config struct {
	// Dir is the cluster's home, made if missing; the data inside it survives restarts.
	// Empty means a temporary directory that Stop removes; Throwaway clusters only.
	Dir string

	// Throwaway trades all safety of the data for speed: nothing is forced to disk. For tests.
	Throwaway bool

	// Log receives what initdb and the server print. Nil means nowhere.
	Log io.Writer
}

// A Cluster is a running PostgreSQL server. It is safe for concurrent use.
type Cluster struct {
	home   *home
	server *process

	release sync.Once
}

// Start runs the cluster of cfg and returns when it answers queries. A cluster that does not
// exist yet is made first. A server that a killed program left behind in the same directory
// is stopped, and its data recovered; a directory in use by a living program is refused.
//
// The server ends when this process does, however it ends. ctx bounds the start only.
//
// Errors: a study.Refusal for what the person who runs the program can mend (PostgreSQL not
// installed, directory not accessible or in use).
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	h, err := openHome(cfg)
	if err != nil {
		return nil, err
	}
	c, err := start(ctx, cfg, h)
	if err != nil {
		h.close()
		return nil, err
	}
	return c, nil
}

// start does the work of Start in a home that is already ours.
func start(ctx context.Context, cfg Config, h *home) (*Cluster, error) {
	major, err := h.major()
	if err != nil {
		return nil, err
	}
	bin, err := Find(major)
	if err != nil {
		return nil, err
	}
	if err := h.endOrphans(ctx); err != nil {
		return nil, err
	}
	if major == "" {
		if err := h.initialise(ctx, bin, cfg); err != nil {
			return nil, err
		}
	}
	if err := h.writeAccess(); err != nil {
		return nil, err
	}
	server, err := launch(serverCommand(bin, h, cfg), cfg.Log)
	if err != nil {
		return nil, err
	}
	c := &Cluster{home: h, server: server}
	if err := c.awaitReady(ctx); err != nil {
		server.end(ctx)
		return nil, err
	}
	return c, nil
}

// URL returns the address of a database of this cluster, for pgx and for psql. The name may
// be any string. Databases that every cluster has: "postgres", "template1".
func (c *Cluster) URL(database string) string { return socketURL(c.home.socket, database) }

// Running returns the address of a database of the cluster whose home is dir and which
// another living program of the same user runs: for a look at its data from beside. Without
// such a cluster the error is study.ErrNotFound.
func Running(dir, database string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("directory of postgres: %w", err)
	}
	socket := socketDir(dir, os.TempDir(), os.Geteuid())
	if _, err := os.Stat(socketPath(socket)); err != nil {
		return "", fmt.Errorf("a running database in %s: %w", dir, study.ErrNotFound)
	}
	return socketURL(socket, database), nil
}

func socketURL(socket, database string) string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.User(superuser),
		Path:   "/" + database,
		// Everything that an environment variable (PGPORT, PGSSLMODE) could turn is set here.
		RawQuery: url.Values{
			"host":    {socket},
			"port":    {strconv.Itoa(port)},
			"sslmode": {"disable"},
		}.Encode(),
	}
	return u.String()
}

// Done is closed when the server has ended, whether it was told to or not.
func (c *Cluster) Done() <-chan struct{} { return c.server.done }

// Err returns nil while the server runs and after Stop; otherwise why the server ended.
func (c *Cluster) Err() error {
	select {
	case <-c.server.done:
		return c.server.verdict()
	default:
		return nil
	}
}

// Stop ends the server and waits for it: open transactions are rolled back, clients are
// disconnected, everything committed is on disk. When ctx ends first the server is stopped
// at once, which leaves a recovery to the next Start. Stopping twice is allowed. The result
// is that of Err.
func (c *Cluster) Stop(ctx context.Context) error {
	c.server.end(ctx)
	c.release.Do(c.home.close)
	return c.Err()
}

// awaitReady returns nil as soon as the server answers a query.
func (c *Cluster) awaitReady(ctx context.Context) error {
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	for {
		err := c.ping(ctx)
		if err == nil {
			return nil
		}
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code != cannotConnectNow {
			return fmt.Errorf("connect to own postgres: %w", err)
		}
		select {
		case <-c.server.done:
			return fmt.Errorf("start postgres in %s: %w", c.home.data, c.server.verdict())
		case <-ctx.Done():
			return fmt.Errorf("start postgres in %s: %w", c.home.data, context.Cause(ctx))
		case <-retry.C:
		}
	}
}

// cannotConnectNow is the SQLSTATE of a server that is still starting or recovering.
const cannotConnectNow = "57P03"

func (c *Cluster) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}

// deathSignal is what the kernel sends the server when this process dies.
func (cfg Config) deathSignal() syscall.Signal {
	if cfg.Throwaway {
		return syscall.SIGQUIT // the quickest end that still frees shared memory
	}
	return syscall.SIGINT
}
