package stream

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// prose is n bytes in which the same few thousand phrases come again and again.
func prose(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	phrases := make([][]byte, 4000)
	for i := range phrases {
		phrases[i] = make([]byte, 8+rng.IntN(24))
		for j := range phrases[i] {
			phrases[i][j] = byte(rng.IntN(256))
		}
	}
	var b []byte
	for len(b) < n {
		b = append(b, phrases[rng.IntN(len(phrases))]...)
	}
	return b[:n]
}

// slow is a writer that takes its time.
type slow struct {
	bytes.Buffer
	takes time.Duration
}

func (s *slow) Write(p []byte) (int, error) {
	time.Sleep(s.takes)
	return s.Buffer.Write(p)
}

func TestAnOriginThatMostlyWaitsCompressesHarder(t *testing.T) {
	const answer = 8 * ChunkSize
	content := prose(1024 * ChunkSize)
	for name, c := range map[string]struct {
		rests, takes time.Duration // between two answers, and for each
		hard         bool
	}{
		"a slow link and an origin that has time": {rests: 10 * time.Millisecond, takes: 100 * time.Microsecond, hard: true},
		"an origin that is hardly in time":        {rests: time.Millisecond, takes: time.Millisecond},
		"an origin that never rests":              {takes: time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			sent := &slow{takes: c.takes}
			w, err := newAnswerWriter(sent)
			if err != nil {
				t.Fatal(err)
			}
			for at := 0; at < len(content); at += answer {
				if n, err := w.Write(content[at : at+answer]); n != answer || err != nil {
					t.Fatalf("%s: wrote %d bytes, %v", name, n, err)
				}
				time.Sleep(c.rests)
			}
			if w.hard != c.hard {
				t.Errorf("%s: compresses hard is %v, want %v", name, w.hard, c.hard)
			}
			near, far := net.Pipe()
			go func() {
				_, _ = far.Write(sent.Bytes())
				_ = far.Close()
			}()
			r, err := newAnswerReader(near)
			if err != nil {
				t.Fatal(err)
			}
			defer r.close()
			got := make([]byte, len(content))
			if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s: what arrived is not what was sent: %v", name, err)
			}
		})
	}
}
