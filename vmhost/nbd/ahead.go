package nbd

import (
	"io"
	"sync"
)

// aheadSize is how much Ahead reads at once.
const aheadSize = 1 << 20

// Ahead reads from something that does not change. Reads that follow one another are served from blocks of a MiB; others are passed on as
// they are.
type Ahead struct {
	from io.ReaderAt

	mu    sync.Mutex
	next  int64  // where the latest read ended
	block []byte // of from, at begin
	begin int64
}

// NewAhead returns an Ahead that reads from r.
func NewAhead(r io.ReaderAt) *Ahead { return &Ahead{from: r, next: -1} }

// ReadAt implements io.ReaderAt.
func (a *Ahead) ReadAt(p []byte, at int64) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	follows := at == a.next
	a.next = at + int64(len(p))
	if n, has := a.cached(p, at); has {
		return n, nil
	}
	if !follows || len(p) > aheadSize {
		return a.from.ReadAt(p, at)
	}
	if a.block == nil {
		a.block = make([]byte, aheadSize)
	}
	block := a.block[:aheadSize]
	n, err := a.from.ReadAt(block, at)
	a.block, a.begin = block[:n], at
	if n, has := a.cached(p, at); has {
		return n, nil
	}
	return copy(p, a.block), err
}

// cached reads what the block has. It reports false if that is not all of p.
func (a *Ahead) cached(p []byte, at int64) (int, bool) {
	if at < a.begin || at+int64(len(p)) > a.begin+int64(len(a.block)) {
		return 0, false
	}
	return copy(p, a.block[at-a.begin:]), true
}
