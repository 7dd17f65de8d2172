package netem

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"vmstudy/study"
)

// Limits of a trace.
const (
	maxTraceLine  = 20               // characters
	maxTraceTime  = 24 * time.Hour   // time of its last opportunity
	maxTraceBurst = 1000             // opportunities in one millisecond; 1000 are 12 Gbps
	maxTraceRuns  = 32 * 1024 * 1024 // bytes in memory; enough for nine hours with an opportunity every millisecond
)

// ReadTrace reads a trace in the format of mahimahi. Each opportunity has a line with its time in whole
// milliseconds since the beginning; times never decrease. ReadTrace does not load the file: it keeps
// about one byte for each millisecond that has opportunities. If the file is not a trace, the error
// is study.ErrInvalid and names the line.
func ReadTrace(from io.Reader) (*Trace, error) {
	sum := sha256.New()
	r := traceReader{trace: &Trace{}, in: bufio.NewReaderSize(io.TeeReader(from, sum), 64<<10)}
	for {
		switch err := r.line(); {
		case errors.Is(err, io.EOF):
			if err := r.finish(); err != nil {
				return nil, err
			}
			r.trace.SHA256 = hex.EncodeToString(sum.Sum(nil))
			return r.trace, nil
		case err != nil:
			return nil, err
		}
	}
}

// traceReader builds a trace line by line.
type traceReader struct {
	trace  *Trace
	in     *bufio.Reader
	number int64 // of the current line
	ms     int64 // time of the current run
	count  int64 // opportunities of the current run; 0 before the first run
	before int64 // time of the run before
	runs   int   // runs that the trace has already
}

// line reads a line. The last line need not end with a newline.
func (r *traceReader) line() error {
	ms, digits := int64(0), 0
	r.number++
	for length := 0; ; length++ {
		c, err := r.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF) && length == 0:
			r.number--
			return io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return fmt.Errorf("read trace: %w", err)
		case err != nil || c == '\n':
			return r.add(ms, digits)
		case length >= maxTraceLine:
			return r.refuse("is longer than %d characters", maxTraceLine)
		case c == '\r':
			if next, err := r.in.Peek(1); err == nil && next[0] != '\n' {
				return r.refuse("must be a whole number of milliseconds")
			}
		case c < '0' || c > '9':
			return r.refuse("must be a whole number of milliseconds")
		default:
			digits++
			ms = min(ms*10+int64(c-'0'), maxTraceTime.Milliseconds()+1)
		}
	}
}

// add adds the opportunity of a line to the current run, or begins a new run.
func (r *traceReader) add(ms int64, digits int) error {
	switch {
	case digits == 0:
		return r.refuse("is empty")
	case ms > maxTraceTime.Milliseconds():
		return r.refuse("is after 24 hours, the longest that a trace may be")
	case r.count > 0 && ms < r.ms:
		return r.refuse("goes back from %d ms to %d ms", r.ms, ms)
	case r.count > 0 && ms == r.ms && r.count == maxTraceBurst:
		return r.refuse("is one more than %d opportunities in the millisecond %d", maxTraceBurst, ms)
	case len(r.trace.runs) > maxTraceRuns:
		return r.refuse("is more than can be kept in memory: %d MiB", maxTraceRuns>>20)
	}
	if r.count > 0 && ms != r.ms {
		r.flush()
	}
	r.ms = ms
	r.count++
	r.trace.Opportunities++
	return nil
}

// flush adds the current run to the trace.
func (r *traceReader) flush() {
	if r.runs%placeEvery == 0 {
		r.trace.places = append(r.trace.places, place{offset: len(r.trace.runs), ms: r.before})
	}
	r.trace.appendRun(r.ms-r.before, r.count)
	r.before, r.count = r.ms, 0
	r.runs++
}

func (r *traceReader) finish() error {
	switch {
	case r.count == 0:
		return study.Refuse(study.ErrInvalid, "the trace is empty: it needs a line for each opportunity to deliver a packet")
	case r.ms == 0:
		return r.refuse("is the last, and still at 0 ms: a trace must last for a millisecond or longer")
	}
	r.flush()
	if period := time.Duration(r.ms) * time.Millisecond; r.trace.Opportunities < int64(period/time.Second) {
		return study.Refuse(study.ErrInvalid, "the trace has %d opportunities in %v: it needs one a second or more, on average", r.trace.Opportunities, period)
	}
	r.trace.Period = time.Duration(r.ms) * time.Millisecond
	return nil
}

func (r *traceReader) refuse(say string, args ...any) error {
	return study.Refuse(study.ErrInvalid, "line %d of the trace "+say, append([]any{r.number}, args...)...)
}
