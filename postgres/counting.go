package postgres

import (
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

type countKey struct{}

// Counting returns a context whose queries are counted, and their number. Several that go to the server as one batch count as one, since they take one
// round trip. Tests hold with it that a page does not ask once for each of its rows.
func Counting(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, countKey{}, n), n
}

// counter counts the queries of contexts that want it.
type counter struct{}

func (counter) count(ctx context.Context) context.Context {
	if n, wanted := ctx.Value(countKey{}).(*atomic.Int64); wanted {
		n.Add(1)
	}
	return ctx
}

// TraceQueryStart implements [pgx.QueryTracer].
func (c counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return c.count(ctx)
}

// TraceQueryEnd implements [pgx.QueryTracer].
func (counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart implements [pgx.BatchTracer].
func (c counter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return c.count(ctx)
}

// TraceBatchQuery implements [pgx.BatchTracer].
func (counter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements [pgx.BatchTracer].
func (counter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}
