package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vmstudy/study"
)

// An Owner is one server's right to work on a database. No two servers may have it at the same
// time: each would take the attempts that the other has in flight for attempts of a server that has
// died. The right is an advisory lock on a connection of its own, so the database frees the lock as
// soon as that connection ends.
//
// The connection must lead to PostgreSQL itself: a pooler that gives one connection to several
// clients in turn (PgBouncer in transaction mode) cannot keep such a lock.
type Owner struct {
	url  string
	name string
	held atomic.Bool
	conn *pgx.Conn // used by one goroutine at a time: the one that calls Own, then Keep, then Close
}

// The two numbers that name the advisory lock.
const (
	lockClass  = 0x766d7374 // "vmst"
	lockObject = 1
)

const (
	ownPatience = 3 * time.Second  // how long Own waits for an owner that is about to stop
	heartbeat   = 5 * time.Second  // pause between two tests of the connection
	heartLimit  = 10 * time.Second // for the answer to such a test
	regainPause = 500 * time.Millisecond
	maxName     = 63 // bytes of an application_name that PostgreSQL keeps (NAMEDATALEN - 1)
)

// Own makes the caller the owner of the database at url. name tells other servers who the owner is,
// as in "lab7, process 4711". Two servers may have the same name: in containers, both may be process 1
// of computers called alike. If the database has another owner, the error is a study.Refusal of
// kind study.ErrConflict that names it.
func Own(ctx context.Context, url, name string) (*Owner, error) {
	own := fmt.Sprintf("%s %08x%s%s", ownerKind, rand.Uint32(), ownerOn, name)
	o := &Owner{url: url, name: own[:min(maxName, len(own))]}
	deadline := time.Now().Add(ownPatience)
	for {
		err := retry(ctx, patienceUp, func() (bool, error) { return true, o.take(ctx) })
		if err == nil {
			return o, nil
		}
		if !errors.Is(err, study.ErrConflict) || time.Now().Add(regainPause).After(deadline) {
			return nil, fmt.Errorf("own the database: %w", err)
		}
		if err := pause(ctx, regainPause); err != nil {
			return nil, err
		}
	}
}

// The application_name of an owner's connection, as in "vmstudy server 7c9e1b04 on lab7, process
// 4711". By the number, which is drawn anew for each Owner, a server knows its own connections.
const (
	ownerKind = "vmstudy server"
	ownerOn   = " on "
)

// keepalives are settings by which the database notices within half a minute that an owner's
// computer has lost its power or its network. On a unix socket they have no effect.
const keepalives = `SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET idle_session_timeout = 0`

// take tries once to get the lock, on a new connection.
func (o *Owner) take(ctx context.Context) error {
	config, err := pgx.ParseConfig(o.url)
	if err != nil {
		return fmt.Errorf("database url: %w", err)
	}
	config.RuntimeParams["application_name"] = o.name
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = dialTimeout
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	if err := o.lock(ctx, conn); err != nil {
		_ = conn.Close(ctx)
		return err
	}
	o.conn = conn
	o.held.Store(true)
	return nil
}

func (o *Owner) lock(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, keepalives, pgx.QueryExecModeSimpleProtocol); err != nil {
		return err
	}
	var got bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", lockClass, lockObject).Scan(&got); err != nil || got {
		return err
	}
	holder, err := holderOf(ctx, conn)
	if err != nil {
		return err
	}
	return &taken{holder}
}

// holder is the server that owns the database.
type holder struct {
	name  string
	since time.Time // zero if our role may not see it
}

const whoHolds = `
	SELECT a.application_name, a.backend_start
	FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
	WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::int AND l.objid = $2::int AND l.objsubid = 2
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// holderOf returns the server that holds the lock. Its name is empty if the lock has just been
// released.
func holderOf(ctx context.Context, conn *pgx.Conn) (holder, error) {
	var h holder
	var since *time.Time
	err := conn.QueryRow(ctx, whoHolds, lockClass, lockObject).Scan(&h.name, &since)
	if errors.Is(err, pgx.ErrNoRows) {
		return holder{}, nil
	}
	h.since = orZero(since)
	return h, err
}

// taken is the error of a server that wants to own a database that has an owner.
type taken struct{ by holder }

func (e *taken) Error() string { return "owned by " + e.by.name }

func (e *taken) Unwrap() error {
	who, since := "another server", ""
	if rest, ours := cutName(e.by.name); ours {
		who = "the server on " + rest
	}
	if !e.by.since.IsZero() {
		since = ", since " + e.by.since.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return study.Refuse(study.ErrConflict, "the database is in use by %s%s; only one server may work on a database: stop that one, or give this one another database", who, since)
}

// cutName returns the name that a server gave to Own.
func cutName(application string) (name string, ours bool) {
	kind, name, named := strings.Cut(application, ownerOn)
	return name, named && strings.HasPrefix(kind, ownerKind)
}

// Held reports whether o owns the database. It is false while the connection to the database is
// lost, because another server may then get the lock.
func (o *Owner) Held() bool { return o.held.Load() }

// Keep watches the connection that holds the lock until ctx ends, and then returns nil; the lock
// stays until Close. If the connection breaks, the lock is lost: Keep calls lost with the reason
// and tries to get the lock again until the database answers. If another server has got it
// meanwhile, the error is a study.Refusal of kind study.ErrConflict that names that server; then
// the caller must stop.
func (o *Owner) Keep(ctx context.Context, lost func(error)) error {
	for ctx.Err() == nil {
		err := o.watch(ctx)
		if ctx.Err() != nil {
			break
		}
		o.held.Store(false)
		lost(err)
		_ = o.conn.Close(ctx)
		if err := o.regain(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("own the database: %w", err)
		}
	}
	return nil
}

// watch returns why the connection ended. A connection that is closed is noticed at once, a server
// that no longer answers by the heartbeat.
func (o *Owner) watch(ctx context.Context) error {
	for {
		quiet, cancel := context.WithTimeout(ctx, heartbeat)
		err := o.conn.PgConn().WaitForNotification(quiet)
		cancel()
		if err != nil && !pgconn.Timeout(err) {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		// Canceling a query closes the connection, which would release the lock while the caller
		// still has something to record. So the test of the connection does not end with ctx.
		asked, cancel := context.WithTimeout(context.WithoutCancel(ctx), heartLimit)
		err = o.conn.Ping(asked)
		cancel()
		if err != nil {
			return err
		}
	}
}

// regain tries to get the lock again until it has it or another server has it. It waits while the
// database is away, and while the database has not noticed yet that our own old connection is gone.
func (o *Owner) regain(ctx context.Context) error {
	for {
		err := o.take(ctx)
		var by *taken
		if err == nil || errors.As(err, &by) && by.by.name != o.name && by.by.name != "" {
			return err
		}
		if err := pause(ctx, regainPause); err != nil {
			return err
		}
	}
}

// Close releases the database.
func (o *Owner) Close() {
	o.held.Store(false)
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	_ = o.conn.Close(ctx) // releases the lock; if Close fails, the database releases it when it notices that we are gone
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
