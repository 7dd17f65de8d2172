package stream

import (
	"io"
	"net"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

// window is how far back the compressor looks for what was sent before, in bytes. It is also
// what either end holds in memory a connection, and the most that a peer can make us hold.
const window = 8 << 20

// answerWriter compresses what the origin sends. Everything written is one zstd stream;
// Write flushes, so that an answer never waits for the next one.
type answerWriter struct {
	zip *zstd.Encoder
}

func newAnswerWriter(w io.Writer) (*answerWriter, error) {
	// One goroutine: answers are small, and a flush must not wait for a pipeline.
	zip, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window),
		zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, err
	}
	return &answerWriter{zip: zip}, nil
}

func (a *answerWriter) Write(p []byte) (int, error) {
	n, err := a.zip.Write(p)
	if err != nil {
		return n, err
	}
	return n, a.zip.Flush()
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
