package vmhost

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// heardOf returns the words that are heard of a guest that says text, in pieces and byte by byte.
func heardOf(t *testing.T, text string) []word {
	t.Helper()
	var at [2][]word
	synctest.Test(t, func(*testing.T) { // on a clock that stands still while nobody waits
		hear(strings.NewReader(text), func(w word) { at[0] = append(at[0], w) })
		hear(iotest.OneByteReader(strings.NewReader(text)), func(w word) { at[1] = append(at[1], w) })
	})
	if !slices.Equal(at[0], at[1]) {
		t.Errorf("of %.80q is heard %v, and byte by byte %v", text, at[0], at[1])
	}
	return at[0]
}

func TestHearingSurvivesWhateverAGuestSays(t *testing.T) {
	begun, complete := word{"begun", "a"}, word{"complete", "a"}
	long := strings.Repeat("x", maxAgentLine+1)
	for name, tt := range map[string]struct {
		says string
		want []word
	}{
		"words":                               {"begun a\ncomplete a\r\n", []word{begun, complete}},
		"a line that is too long":             {"begun a\n" + long + "\ncomplete a\n", []word{begun, complete}},
		"many of them":                        {strings.Repeat(long+"\n", 50) + "complete a\n", []word{complete}},
		"one of many pages":                   {strings.Repeat("x", 64<<10) + "\ncomplete a\n", []word{complete}},
		"a word behind so much on one line":   {long + "complete a\nbegun a\n", []word{begun}},
		"the longest line, which is no word":  {long[1:] + "\ncomplete a\n", []word{complete}},
		"bytes that are no text":              {"\x00\xff\xfe\nbegun a\n\x00", []word{begun}},
		"nothing but ends of lines":           {strings.Repeat("\n", 10000) + "begun a\n", []word{begun}},
		"a word that has not ended":           {"begun a\ncomplete a", []word{begun}},
		"carriage returns without end":        {strings.Repeat("\r", 2000) + "\ncomplete a\n", []word{complete}},
		"a word after a line without its end": {"nonsense\rcomplete a\ncomplete a\n", []word{complete}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := heardOf(t, tt.says); !slices.Equal(got, tt.want) {
				t.Errorf("heard %v, want %v", got, tt.want)
			}
		})
	}
}

// TestAGuestThatTalksWithoutEndIsHeardSlowly lets one talk for ten seconds.
func TestAGuestThatTalksWithoutEndIsHeardSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, guest := net.Pipe()
		done := make(chan struct{})
		words := 0
		go func() {
			defer close(done)
			hear(ours, func(word) { words++ })
		}()
		began, said := time.Now(), 0
		babble := bytes.Repeat([]byte("babble babble babble\n"), 1000)
		for time.Since(began) < 10*time.Second {
			n, err := guest.Write(babble)
			if said += n; err != nil {
				t.Fatal(err)
			}
		}
		if most := 11 * agentRate; said > most {
			t.Errorf("%d bytes were heard in 10 s, want no more than %d", said, most)
		}
		if _, err := guest.Write([]byte("ready\n")); err != nil {
			t.Fatal(err)
		}
		guest.Close()
		<-done
		if words != 1 {
			t.Errorf("%d words were heard after it, want 1", words)
		}
	})
}

func FuzzLines(f *testing.F) {
	for _, seed := range []string{"", "begun a\n", "\r\n\n", strings.Repeat("x", 600) + "\nready\n", "a\nb"} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, b []byte, piece int) {
		if piece < 1 {
			piece = 1
		}
		b = append(b, "\ncomplete a\n"...)
		var want, got []string
		whole := strings.Split(string(b), "\n")
		for _, line := range whole[:len(whole)-1] {
			if len(line) <= maxAgentLine {
				want = append(want, strings.TrimRight(line, "\r"))
			}
		}
		var l lines
		for in := bytes.NewReader(b); in.Len() > 0; {
			next, err := io.ReadAll(io.LimitReader(in, int64(piece)))
			if err != nil {
				t.Fatal(err)
			}
			l.take(next, func(line string) { got = append(got, line) })
			if cap(l.begun) > 4*maxAgentLine {
				t.Fatalf("%d bytes are held", cap(l.begun))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("lines %q, want %q", got, want)
		}
		if last := got[len(got)-1]; last != "complete a" {
			t.Errorf("the last line is %q", last)
		}
	})
}
