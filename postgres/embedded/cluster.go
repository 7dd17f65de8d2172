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
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vmstudy/study"
)

// superuser is the role that this program connects as.
const superuser = "postgres"

// port is only a part of the socket's file name: the server does not listen on TCP.
const port = 5432

// Config says where a cluster lives and how safe its data must be.
type Config struct {
	// Dir is the cluster's home. It is made if it is missing, and the data in it survives restarts.
	// Empty means a temporary directory that Stop removes, which only Throwaway clusters may have.
	Dir string

	// Throwaway makes writing faster and gives up the safety of the data: nothing is forced to
	// disk. It is for tests.
	Throwaway bool

	// Log receives what initdb and the server print. If it is nil, their output is discarded.
	Log io.Writer
}

// A Cluster is a running PostgreSQL server. It is safe for concurrent use.
type Cluster struct {
	home   *home
	server *process

	release sync.Once
}

// Start starts the cluster of cfg and returns when it answers queries. It makes the cluster if
// there is none. If a program was killed and left its server running in the same directory, Start
// stops that server and recovers the data. It refuses a directory that a living program uses.
//
// The server ends when this process ends, in whatever way. ctx limits only the time that Start
// takes.
//
// The error is a study.Refusal if the person who runs the program can remove its cause: PostgreSQL
// is not installed, or the directory is not accessible or is in use.
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

// start does the work of Start in a home whose lock this process has.
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

// URL returns the address of a database of this cluster, for pgx and for psql. The name may be any
// string. Every cluster has the databases "postgres" and "template1".
func (c *Cluster) URL(database string) string { return socketURL(c.home.socket, database) }

// Running returns the address of a database of the cluster in dir, which another living program of
// the same user must be running. It lets a second program look at the data. If there is no such
// cluster, the error is study.ErrNotFound.
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

// Query writes the parameters of a database's address. A space becomes %20: libpq takes the sign +
// for what it is.
func Query(parameters url.Values) string {
	return strings.ReplaceAll(parameters.Encode(), "+", "%20") // Encode writes + as %2B
}

func socketURL(socket, database string) string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.User(superuser),
		Path:   "/" + database,
		// These settings stand here so that environment variables (PGPORT, PGSSLMODE) cannot change
		// them.
		RawQuery: Query(url.Values{
			"host":    {socket},
			"port":    {strconv.Itoa(port)},
			"sslmode": {"disable"},
		}),
	}
	return u.String()
}

// Done returns a channel that is closed when the server has ended, for whatever reason.
func (c *Cluster) Done() <-chan struct{} { return c.server.done }

// Err returns nil while the server runs and after Stop. If the server ended by itself, Err says
// why.
func (c *Cluster) Err() error {
	select {
	case <-c.server.done:
		return c.server.verdict()
	default:
		return nil
	}
}

// Stop ends the server and waits for it. Open transactions are rolled back, clients are
// disconnected, and everything committed is on disk. If ctx ends first, the server is stopped at
// once, and the next Start must recover the data. Stop may be called twice. It returns what Err
// returns.
func (c *Cluster) Stop(ctx context.Context) error {
	c.server.end(ctx)
	c.release.Do(c.home.close)
	return c.Err()
}

// Vacuum vacuums and analyses the tables of the database postgres, as autovacuum does in time.
func (c *Cluster) Vacuum(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	_, err = conn.Exec(ctx, "VACUUM ANALYZE")
	return errors.Join(err, conn.Close(ctx))
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

// cannotConnectNow is the SQLSTATE that a server answers while it starts or recovers.
const cannotConnectNow = "57P03"

func (c *Cluster) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}

// deathSignal is the signal that the kernel sends to the server when this process dies.
func (cfg Config) deathSignal() syscall.Signal {
	if cfg.Throwaway {
		return syscall.SIGQUIT // SIGQUIT is the fastest way to stop that still frees shared memory
	}
	return syscall.SIGINT
}
