package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vmstudy/study"
)

// An Owner is the right of one server to work on a database: no two may have it, for each would take
// the attempts of the other for those of a server that has died. It is an advisory lock, held by a
// connection of its own, so the database frees it as soon as its holder is gone.
//
// The connection must lead to the server itself: a pooler that hands one connection to several
// clients (PgBouncer in transaction mode) cannot keep such a lock.
type Owner struct {
	url  string
	name string
	held atomic.Bool
	conn *pgx.Conn // touched by one goroutine at a time: who called Own, then Keep, then Close
}

// The numbers of our advisory lock.
const (
	lockClass  = 0x766d7374 // "vmst"
	lockObject = 1
)

const (
	ownPatience = 3 * time.Second  // for a holder that is about to leave
	heartbeat   = 5 * time.Second  // the connection is tried this often
	heartLimit  = 10 * time.Second // for the answer
	regainPause = 500 * time.Millisecond
	maxName     = 63 // bytes of an application_name that PostgreSQL keeps
)

// Own makes the caller the owner of the database at url. name says who that is, as in "lab7, process
// 4711"; others are told it. If another one is the owner the error is a study.Refusal of kind
// study.ErrConflict that names them.
func Own(ctx context.Context, url, name string) (*Owner, error) {
	o := &Owner{url: url, name: (ownerPrefix + name)[:min(maxName, len(ownerPrefix+name))]}
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

// ownerPrefix begins the application_name of an owner's connection.
const ownerPrefix = "vmstudy server on "

// keepalives let the database notice within half a minute that the computer of an owner has lost its
// power or its network. A unix socket has no need of it, and takes no notice.
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
	since time.Time // zero if the database does not tell
}

const whoHolds = `
	SELECT a.application_name, a.backend_start
	FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
	WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::int AND l.objid = $2::int AND l.objsubid = 2
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// holderOf returns who holds the lock; a holder without a name if it has just let go.
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

// taken is the error of an owner who came too late.
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

func cutName(name string) (string, bool) {
	if len(name) < len(ownerPrefix) || name[:len(ownerPrefix)] != ownerPrefix {
		return "", false
	}
	return name[len(ownerPrefix):], true
}

// Held reports whether o is the owner at this moment. While the connection to the database is lost
// nobody knows.
func (o *Owner) Held() bool { return o.held.Load() }

// Keep watches over the lock until ctx ends, and then returns nil; the lock stays until Close. A lost connection ends the lock:
// Keep tells lost why, and takes it again as soon as the database answers. If another server has
// been faster, the error is a study.Refusal of kind study.ErrConflict that names it: the caller
// must stop.
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

// watch returns why the connection ended. What breaks it by itself is noticed at once, a partner who
// has fallen silent by the heartbeat.
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
		// Broken off, a question would end the connection and give the database away while the caller
		// still has something to record.
		asked, cancel := context.WithTimeout(context.WithoutCancel(ctx), heartLimit)
		err = o.conn.Ping(asked)
		cancel()
		if err != nil {
			return err
		}
	}
}

// regain takes the lock again. As long as the database is away, or has not noticed that our own old
// connection is gone, it goes on trying.
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

// Close gives the database back.
func (o *Owner) Close() {
	o.held.Store(false)
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	_ = o.conn.Close(ctx) // which frees the lock, or the database does when it notices
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
