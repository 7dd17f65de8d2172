package record

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"
)

// A frame ends once it holds so much or has lasted so long. What a frame holds is lost if it is
// damaged; shorter ones compress less well.
const (
	frameBytes = 1 << 20
	frameTime  = 4 * time.Second
	maxFrame   = frameBytes + maxBlock + 64 // what a frame may hold at most
)

// Writer writes one recording. It has no goroutine and no clock: times are arguments, since the
// recording began, and do not go back. Its first error sticks.
type Writer struct {
	out      *tally
	frame    *zstd.Encoder
	err      error
	header   Header
	segments int
	segment  time.Duration // when the current one began
	inFrame  int           // bytes in the current frame; 0 if none is open
	frameAt  time.Duration
	inputs   inputs
	last     time.Duration // the latest time written
	buf      []byte
}

// NewWriter begins a recording on out.
func NewWriter(out io.Writer, h Header) (*Writer, error) {
	w := &Writer{out: &tally{Writer: out, sum: sha256.New()}}
	w.header = h
	head, err := appendHeader(nil, h)
	if err == nil {
		w.write(head)
		err = w.err
	}
	if err != nil {
		return nil, err
	}
	return w, w.makeEncoder()
}

func (w *Writer) makeEncoder() (err error) {
	w.frame, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(frameBytes), zstd.WithLowerEncoderMem(true))
	return err
}

func (w *Writer) write(b []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}

// Begin begins a segment; what comes next is a stream from its start.
func (w *Writer) Begin(at time.Duration) error {
	w.endSegment()
	at = w.time(at).Truncate(time.Millisecond)
	w.write(appendSegment(nil, at))
	w.segments, w.segment = w.segments+1, at
	w.put([]byte(fbsVersion), at)
	return w.err
}

// Block adds a piece of the current segment's stream, of up to maxBlock bytes.
func (w *Writer) Block(at time.Duration, data []byte) error {
	at = w.time(at)
	w.buf = AppendBlock(w.buf[:0], Block{At: at - w.segment, Data: data})
	w.put(w.buf, at)
	return w.err
}

// Input adds what the participant did.
func (w *Writer) Input(i Input) {
	i.At = w.time(i.At)
	w.inputs.add(i)
	if len(w.inputs.encoded) > maxNote/2 {
		w.endFrame()
	}
}

// time keeps times from going back.
func (w *Writer) time(at time.Duration) time.Duration {
	w.last = max(w.last, at)
	return w.last
}

// put adds bytes to the current frame, which it begins and ends as needed.
func (w *Writer) put(b []byte, at time.Duration) {
	if w.inFrame > 0 && (w.inFrame+len(b) > frameBytes || at-w.frameAt > frameTime) {
		w.endFrame()
	}
	if w.err != nil {
		return
	}
	if w.inFrame == 0 {
		w.frame.Reset(w.out)
		w.frameAt = at
	}
	_, w.err = w.frame.Write(b)
	w.inFrame += len(b)
}

// Flush hands on everything that has been compressed so far, so that a killed server leaves it
// behind. It is for now and then: it costs compression.
func (w *Writer) Flush() error {
	if w.inFrame > 0 && w.err == nil {
		w.err = w.frame.Flush()
	}
	return w.err
}

func (w *Writer) endFrame() {
	if w.inFrame > 0 && w.err == nil {
		w.err = w.frame.Close()
	}
	w.inFrame = 0
	if len(w.inputs.encoded) > 0 {
		w.write(appendNote(nil, noteInputs, w.inputs.encoded))
		w.inputs = inputs{}
	}
}

func (w *Writer) endSegment() {
	if w.segments > 0 {
		w.buf = AppendBlock(w.buf[:0], Block{At: w.last - w.segment})
		w.put(w.buf, w.last)
	}
	w.endFrame()
}

// Close ends the recording. It does not close out.
func (w *Writer) Close() error {
	w.endSegment()
	return w.err
}

// Summary returns what Examine would say of the recording, which must have been closed without
// an error, and spares reading it.
func (w *Writer) Summary() Summary {
	return Summary{
		Header: w.header, Duration: w.last.Truncate(time.Millisecond), Segments: w.segments,
		Bytes: w.out.n, SHA256: hex.EncodeToString(w.out.sum.Sum(nil)),
	}
}

// tally counts and hashes what is written.
type tally struct {
	io.Writer
	n   int64
	sum hash.Hash
}

func (t *tally) Write(p []byte) (int, error) {
	n, err := t.Writer.Write(p)
	t.n += int64(n)
	_, _ = t.sum.Write(p[:n]) // never fails
	return n, err
}
