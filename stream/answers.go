package stream

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"vmstudy/stream/wire"
)

// window is how far back the compressor looks for what was sent before, in bytes. Both ends need as much memory for each
// connection, and the other end cannot make us use more.
const window = 8 << 20

// answerWriter compresses what the origin sends. Everything that is written is one zstd stream.
// Write flushes, so that an answer never waits for the next one.
type answerWriter struct {
	to  io.Writer
	zip *zstd.Encoder
	out bytes.Buffer // what is to be sent in one piece, so that packets are full: a link's queue may count packets
}

func newAnswerWriter(w io.Writer) (*answerWriter, error) {
	a := &answerWriter{to: w}
	var err error
	// One goroutine: answers are small, and a flush must not wait for a pipeline.
	a.zip, err = zstd.NewWriter(&a.out, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window),
		zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderCRC(false))
	return a, err
}

func (a *answerWriter) Write(p []byte) (int, error) {
	err := a.compress(p)
	if err == nil {
		err = a.send()
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// writeWithRaw writes m, and then raw, which is not compressed. raw is between two blocks of the compressed stream.
func (a *answerWriter) writeWithRaw(m wire.Message, raw []byte) error {
	if err := a.compress(wire.Encode(m)); err != nil {
		return err
	}
	a.out.Write(raw)
	return a.send()
}

func (a *answerWriter) compress(p []byte) error {
	_, err := a.zip.Write(p)
	return errors.Join(err, a.zip.Flush())
}

func (a *answerWriter) send() error {
	_, err := a.out.WriteTo(a.to)
	return err
}

// answerReader decompresses what the origin sends and counts the bytes that really travelled. The
// decoder reads no further than the block that it needs, so the count is exact after a message.
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

// raw reads n bytes that writeWithRaw has written without compression, after what Read has returned so far.
func (a *answerReader) raw(n uint32) ([]byte, error) {
	p := make([]byte, n)
	_, err := io.ReadFull(a.wire, p)
	return p, wire.NoEOF(err)
}

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
