package stream

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"
)

// window is how far back the compressor looks for what was sent before, in bytes. It is also
// what either end holds in memory a connection, and the most that a peer can make us hold.
const window = 8 << 20

// answerWriter compresses what the origin sends. Everything written is one zstd stream;
// Write flushes, so that an answer never waits for the next one.
//
// An origin that mostly waits, because the link is slower than it is, has time to compress harder: a twentieth
// less travels, for four times the work. It begins quickly, as nobody knows a link before something
// has gone over it.
type answerWriter struct {
	to    io.Writer
	zip   *zstd.Encoder
	hard  bool // compresses as hard as it can
	since time.Time
	busy  time.Duration // of the time since then
	sent  count         // compressed bytes since then
}

const (
	// weighed is after how many compressed bytes the writer looks whether it mostly waited.
	weighed = 256 << 10
	// leisure is the most that it may have worked of that time, as a part of it.
	leisure = 0.1
)

func newAnswerWriter(w io.Writer) (*answerWriter, error) {
	a := &answerWriter{to: w}
	return a, a.begin(zstd.SpeedBetterCompression)
}

// begin begins a frame of the given level.
func (a *answerWriter) begin(level zstd.EncoderLevel) (err error) {
	// One goroutine: answers are small, and a flush must not wait for a pipeline.
	a.zip, err = zstd.NewWriter(io.MultiWriter(a.to, &a.sent), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window),
		zstd.WithEncoderLevel(level), zstd.WithEncoderCRC(false))
	return err
}

func (a *answerWriter) Write(p []byte) (int, error) {
	began := time.Now()
	if a.since.IsZero() {
		a.since = began
	}
	n, err := a.zip.Write(p)
	if err == nil {
		err = a.zip.Flush()
	}
	now := time.Now()
	a.busy += now.Sub(began)
	if err != nil || a.hard || a.sent < weighed {
		return n, err
	}
	a.hard = float64(a.busy) < leisure*float64(now.Sub(a.since))
	a.since, a.busy, a.sent = now, 0, 0
	if a.hard {
		err = errors.Join(a.zip.Close(), a.begin(zstd.SpeedBestCompression))
	}
	return n, err
}

// answerReader decompresses what the origin sends and counts what really travelled. The
// decoder reads no further than the block it needs, so the count is exact after a message.
type answerReader struct {
	unzip *zstd.Decoder
	wire  *tally
}

func newAnswerReader(conn net.Conn) (*answerReader, error) {
	wire := &tally{conn: conn}
	unzip, err := zstd.NewReader(wire, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return nil, err
	}
	return &answerReader{unzip: unzip, wire: wire}, nil
}

func (a *answerReader) Read(p []byte) (int, error) { return a.unzip.Read(p) }

func (a *answerReader) close() { a.unzip.Close() }

// tally counts the bytes read from a connection.
type tally struct {
	conn net.Conn
	n    atomic.Int64
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.conn.Read(p)
	t.n.Add(int64(n))
	return n, err
}
