package record

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"time"
)

// How large and how long a frame becomes. If a frame is damaged, all of its content is lost; but shorter frames compress less
// well.
const (
	frameBytes = 1 << 20
	frameTime  = 4 * time.Second
	maxFrame   = frameBytes + maxBlock + 64 // greatest length of a frame's content
)

// Writer writes one recording. It has no goroutine and no clock: times are arguments, and count from the beginning of the
// recording. A time that is before the last one counts as the last one. After an error, every call returns the same error.
type Writer struct {
	out       *tally
	encoder   *encoder // one of encoders, until the end
	encoders  *encoders
	trials    trials
	frame     frame // how the current frame is written
	err       error
	header    Header
	segments  int
	segment   time.Duration // when the current segment began
	inFrame   int           // bytes in the current frame; 0 if none is open
	frameAt   time.Duration
	frameFrom int64 // where it begins in the file
	inputs    inputs
	last      time.Duration // the latest time written
	head      []byte        // memory for the head of a block
	tail      []byte
}

// NewWriter begins a recording on out. It must be closed.
func NewWriter(out io.Writer, h Header) (*Writer, error) { return newWriter(out, h, &encoders{}) }

func newWriter(out io.Writer, h Header, from *encoders) (*Writer, error) {
	w := &Writer{out: &tally{Writer: out, sum: sha256.New()}, encoders: from, header: h}
	head, err := appendHeader(nil, h)
	if err == nil {
		w.write(head)
		err = w.err
	}
	if err == nil {
		w.encoder, err = from.lend()
	}
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (w *Writer) write(b []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}

// Begin begins a segment. The blocks that follow are a stream from its start.
func (w *Writer) Begin(at time.Duration) error {
	w.endSegment()
	at = w.time(at).Truncate(time.Millisecond)
	w.write(appendSegment(nil, at))
	w.segments, w.segment, w.trials = w.segments+1, at, trials{}
	w.put(at, []byte(fbsVersion))
	return w.err
}

// Block adds a piece of the current segment's stream, of up to maxBlock bytes.
func (w *Writer) Block(at time.Duration, data []byte) error {
	at = w.time(at)
	w.head = appendBlockHead(w.head[:0], len(data))
	w.tail = appendBlockTail(w.tail[:0], len(data), at-w.segment)
	w.put(at, w.head, data, w.tail)
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

// time returns at, or the latest time if at is before that.
func (w *Writer) time(at time.Duration) time.Duration {
	w.last = max(w.last, at)
	return w.last
}

// put adds parts that belong together to the current frame. It begins and ends frames as needed.
func (w *Writer) put(at time.Duration, parts ...[]byte) {
	n := 0
	for _, part := range parts {
		n += len(part)
	}
	if w.inFrame > 0 && (w.inFrame+n > frameBytes || at-w.frameAt > frameTime) {
		w.endFrame()
	}
	if w.err != nil {
		return
	}
	if w.inFrame == 0 {
		w.beginFrame(at)
	}
	for _, part := range parts {
		if w.err == nil {
			_, w.err = w.frame.Write(part)
		}
	}
	w.inFrame += n
}

// Flush writes out everything that has been compressed so far, so that it is not lost if the server is killed. It should not be
// called often, since each call makes the compression worse.
func (w *Writer) Flush() error {
	if w.inFrame > 0 && w.err == nil {
		w.err = w.frame.Flush()
	}
	return w.err
}

// compresses tells whether the current frame is compressed.
func (w *Writer) compresses() bool { return w.frame == w.encoder.packed }

func (w *Writer) beginFrame(at time.Duration) {
	w.frame = &w.encoder.stored
	if w.trials.due() {
		w.frame = w.encoder.packed
	}
	w.frame.Reset(w.out)
	w.frameAt, w.frameFrom = at, w.out.n
}

func (w *Writer) endFrame() {
	if w.inFrame > 0 && w.err == nil {
		if w.err = w.frame.Close(); w.compresses() {
			w.trials.made(w.inFrame, w.out.n-w.frameFrom)
		}
	}
	w.inFrame = 0
	if len(w.inputs.encoded) > 0 {
		w.write(appendNote(nil, noteInputs, w.inputs.encoded))
		w.inputs = inputs{}
	}
}

func (w *Writer) endSegment() {
	if w.segments > 0 {
		_ = w.Block(w.last, nil)
	}
	w.endFrame()
}

// Close writes the end of the recording, unless there was an error before. It does not close out. Nothing may be written
// afterwards.
func (w *Writer) Close() error {
	w.endSegment()
	w.encoders.takeBack(w.encoder)
	w.encoder, w.frame = nil, nil
	return w.err
}

// Summary returns what Examine would return, but does not read the recording. Close must have returned without an error.
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
