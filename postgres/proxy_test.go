package postgres_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"vmstudy/postgres"
	"vmstudy/postgres/embedded/pgtest"
)

// A proxy stands between a DB and its server. It can behave like a server that goes away.
type proxy struct {
	listener net.Listener
	server   string // path of the real socket
	url      string // of the database, through this proxy

	mu      sync.Mutex
	refuse  int                   // close this many of the next connections at once
	conns   map[net.Conn]struct{} // open now
	request func([]byte) fate     // decides about everything that a client sends; nil lets all pass
	open    sync.WaitGroup
}

// fate is what happens to a connection after its client has sent something.
type fate int

const (
	passes  fate = iota
	isCut        // the connection is closed; the server gets nothing
	isMuted      // the server gets what was sent; the client gets no answer
)

// openThrough returns a DB on a fresh database, which it reaches through a proxy.
func openThrough(t *testing.T) (*postgres.DB, *proxy) {
	t.Helper()
	config, err := pgconn.ParseConfig(pgtest.DB(t))
	must(t, err)
	dir, err := os.MkdirTemp("", "pg") // the path of t.TempDir is too long for a socket
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	must(t, err)
	_, server := pgconn.NetworkAddress(config.Host, config.Port)
	p := &proxy{
		listener: listener, server: server, conns: map[net.Conn]struct{}{},
		url: "host=" + dir + " port=5432 user=" + config.User + " dbname=" + config.Database,
	}
	p.open.Go(p.serve)
	t.Cleanup(func() {
		listener.Close()
		p.cut(0)
		p.open.Wait()
	})
	db, err := postgres.Open(t.Context(), p.url)
	must(t, err)
	t.Cleanup(db.Close)
	return db, p
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		refused := p.refuse > 0
		if refused {
			p.refuse--
		}
		p.mu.Unlock()
		if refused {
			client.Close()
			continue
		}
		p.open.Go(func() { p.join(client) })
	}
}

func (p *proxy) join(client net.Conn) {
	defer client.Close()
	server, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: p.server, Net: "unix"})
	if err != nil {
		return
	}
	p.mu.Lock()
	p.conns[client] = struct{}{}
	p.mu.Unlock()
	answers := &gate{to: client}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = io.Copy(answers, server)
		if !answers.isShut() {
			client.Close()
		}
	}()
	p.forward(server, client, answers)
	if answers.isShut() { // close the client only after the server has done what was sent
		_ = server.CloseWrite()
		<-answered
	}
	server.Close()
	<-answered
	p.mu.Lock()
	delete(p.conns, client)
	p.mu.Unlock()
}

// forward passes on what the client sends, as long as its fate is passes.
func (p *proxy) forward(server io.Writer, client io.Reader, answers *gate) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		what := p.fateOf(buffer[:n])
		if what == isCut {
			return
		}
		if what == isMuted {
			answers.shut()
		}
		if _, err := server.Write(buffer[:n]); err != nil || what == isMuted {
			return
		}
	}
}

func (p *proxy) fateOf(sent []byte) fate {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.request == nil {
		return passes
	}
	return p.request(sent)
}

// gate passes everything on to another writer until it is shut; then it discards everything.
type gate struct {
	to io.Writer

	mu     sync.Mutex
	closed bool
}

func (g *gate) Write(b []byte) (int, error) {
	if g.isShut() {
		return len(b), nil
	}
	return g.to.Write(b)
}

func (g *gate) isShut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// cut closes every connection and refuses that many of the next ones.
func (p *proxy) cut(refuse int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
	for c := range p.conns {
		c.Close()
	}
}

// watch lets request decide about everything that a client sends from now on.
func (p *proxy) watch(request func([]byte) fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.request = request
}
