package netem_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

func TestATraceIsReadLineByLine(t *testing.T) {
	trace, err := netem.ReadTrace(iotest.OneByteReader(strings.NewReader("0\r\n5\n5\n1000")))
	if err != nil {
		t.Fatal(err)
	}
	if trace.Opportunities != 4 || trace.Period != time.Second || trace.Rate() != 48*study.Kbps {
		t.Errorf("read %d opportunities in %v, a rate of %d; want 4 in 1s, 48000", trace.Opportunities, trace.Period, trace.Rate())
	}
	// printf '0\r\n5\n5\n1000' | sha256sum
	if want := "bb7e2658bbe29afc6ed93b504e3f524071d770db59ed556b47fa77969e39ac5d"; trace.SHA256 != want {
		t.Errorf("SHA-256 %s, want %s", trace.SHA256, want)
	}
	if got, want := trace.Span(0, 100*time.Millisecond), 360*study.Kbps; got != want { // three in 100 ms
		t.Errorf("the first 100 ms carry %d bits per second, want %d", got, want)
	}
}

func TestWhatIsNoTraceIsRefusedWithItsLine(t *testing.T) {
	for name, test := range map[string]struct{ text, say string }{
		"empty":              {"", "the trace is empty"},
		"backwards":          {"1\n3\n2\n", "line 3 of the trace goes back from 3 ms to 2 ms"},
		"a word":             {"1\ntwo\n", "line 2 of the trace must be a whole number"},
		"a fraction":         {"1.5\n", "line 1 of the trace must be a whole number"},
		"negative":           {"-1\n", "line 1 of the trace must be a whole number"},
		"a line left empty":  {"1\n\n2\n", "line 2 of the trace is empty"},
		"an odd return":      {"1\r2\n", "line 1 of the trace must be a whole number"},
		"all at the start":   {"0\n0\n", "line 2 of the trace is the last, and still at 0 ms"},
		"a line of a book":   {"1\n" + strings.Repeat("1", 1000), "line 2 of the trace is longer than 20 characters"},
		"after a day":        {"1\n86400001\n", "line 2 of the trace is after 24 hours"},
		"beyond any integer": {"99999999999999999999\n", "line 1 of the trace is after 24 hours"},
		"hardly anything":    {"1\n86400000\n", "the trace has 2 opportunities in 24h0m0s"},
		"an absurd burst":    {strings.Repeat("7\n", 1001), "line 1001 of the trace is one more than 1000"},
		"bytes":              {"\x00\xff", "line 1 of the trace must be a whole number"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := netem.ReadTrace(strings.NewReader(test.text))
			if !errors.Is(err, study.ErrInvalid) || !strings.HasPrefix(study.Sentence(err), test.say) {
				t.Errorf("got %v, want a sentence that begins %q", err, test.say)
			}
		})
	}
	broken := errors.New("broken disk")
	if _, err := netem.ReadTrace(io.MultiReader(strings.NewReader("1\n2"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got %v, want what broke", err)
	}
}

// counting yields the lines first, first+1, ... up to last.
type counting struct {
	next, last int
	rest       []byte
}

func (c *counting) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(c.rest) == 0 {
			if c.next > c.last {
				return n, io.EOF
			}
			c.rest = fmt.Appendf(c.rest[:0], "%d\n", c.next)
			c.next++
		}
		k := copy(p[n:], c.rest)
		n, c.rest = n+k, c.rest[k:]
	}
	return n, nil
}

// 12 million lines are about 100 MB. A trace takes about a byte in memory for each line, and its growing
// array may be twice as large.
func TestAHugeTraceIsNotLoaded(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	trace, err := netem.ReadTrace(&counting{next: 1, last: 12_000_000})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 20<<20 {
		t.Errorf("a trace of 100 MB holds %d MiB of memory, want at most 20", held>>20)
	}
	c := netem.NewChain(study.Network{TraceDown: "huge"}, study.Downward, 1)
	c.Start(start, trace)
	for _, ms := range []float64{11_999_990.5, 24_000_100.5} { // near the end of the trace, and after two repetitions
		c.Push(packet(1, study.PacketSize, at(ms)))
		if p, ok := c.Pop(at(1e9)); !ok || !p.Arrived.Equal(at(ms+0.5)) {
			t.Errorf("a packet sent at %g ms came at %v, want 0.5 ms later", ms, p.Arrived.Sub(start))
		}
	}
}

func FuzzReadTrace(f *testing.F) {
	for _, text := range []string{"1\n2\n3\n", "0\n", "5\n5\n5\n900\n", "1\n99999999\n", "12x\n", "1\r\n2", "\n", "86400000\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		trace, err := netem.ReadTrace(strings.NewReader(text))
		if err != nil {
			if study.Sentence(err) == "" || !errors.Is(err, study.ErrInvalid) {
				t.Fatalf("an error without a sentence: %v", err)
			}
			return
		}
		// A replay has the opportunities of the text, again and again.
		c := netem.NewChain(study.Network{TraceDown: "fuzz", Queue: 1_000_000}, study.Downward, 1)
		c.Start(start, trace)
		lines := strings.Fields(text)
		sent := start.Add(-1)
		for range 2 * min(len(lines), 1000) {
			c.Push(packet(0, study.PacketSize, sent))
		}
		for i := range 2 * min(len(lines), 1000) {
			var ms float64
			if _, err := fmt.Sscan(lines[i%len(lines)], &ms); err != nil {
				t.Fatalf("accepted %q: %v", lines[i%len(lines)], err)
			}
			want := at(ms).Add(time.Duration(i/len(lines)) * trace.Period)
			if p, ok := c.Pop(start.Add(1 << 60)); !ok || !p.Arrived.Equal(want) {
				t.Fatalf("opportunity %d of %q came at %v, want %v", i, text, p.Arrived.Sub(start), want.Sub(start))
			}
		}
	})
}
