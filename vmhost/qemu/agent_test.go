package qemu

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

	"vmstudy/study"
)

// heardOf returns the words that hear finds in text. It reads text in large pieces and byte by byte, which must give the same.
func heardOf(t *testing.T, text string) []Word {
	t.Helper()
	var at [2][]Word
	synctest.Test(t, func(*testing.T) { // so that the pauses of hear take no time
		hear(strings.NewReader(text), func(w Word) { at[0] = append(at[0], w) })
		hear(iotest.OneByteReader(strings.NewReader(text)), func(w Word) { at[1] = append(at[1], w) })
	})
	if !slices.Equal(at[0], at[1]) {
		t.Errorf("of %.80q is heard %v, and byte by byte %v", text, at[0], at[1])
	}
	return at[0]
}

func TestHearingSurvivesWhateverAGuestSays(t *testing.T) {
	begun, complete := Word{Verb: "begun", Task: "a"}, Word{Verb: "complete", Task: "a"}
	long := strings.Repeat("x", maxAgentLine+1)
	for name, tt := range map[string]struct {
		says string
		want []Word
	}{
		"words":                               {"begun a\ncomplete a\r\n", []Word{begun, complete}},
		"a line that is too long":             {"begun a\n" + long + "\ncomplete a\n", []Word{begun, complete}},
		"many of them":                        {strings.Repeat(long+"\n", 50) + "complete a\n", []Word{complete}},
		"one of many pages":                   {strings.Repeat("x", 64<<10) + "\ncomplete a\n", []Word{complete}},
		"a word behind so much on one line":   {long + "complete a\nbegun a\n", []Word{begun}},
		"the longest line, which is no word":  {long[1:] + "\ncomplete a\n", []Word{complete}},
		"bytes that are no text":              {"\x00\xff\xfe\nbegun a\n\x00", []Word{begun}},
		"nothing but ends of lines":           {strings.Repeat("\n", 10000) + "begun a\n", []Word{begun}},
		"a word that has not ended":           {"begun a\ncomplete a", []Word{begun}},
		"carriage returns without end":        {strings.Repeat("\r", 2000) + "\ncomplete a\n", []Word{complete}},
		"a word after a line without its end": {"nonsense\rcomplete a\ncomplete a\n", []Word{complete}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := heardOf(t, tt.says); !slices.Equal(got, tt.want) {
				t.Errorf("heard %v, want %v", got, tt.want)
			}
		})
	}
}

// TestAGuestThatTalksWithoutEndIsHeardSlowly has a guest talk for ten seconds.
func TestAGuestThatTalksWithoutEndIsHeardSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, guest := net.Pipe()
		done := make(chan struct{})
		words := 0
		go func() {
			defer close(done)
			hear(ours, func(Word) { words++ })
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

func TestParseWord(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want Word
		ok   bool
	}{
		"the desktop is there":     {"ready", Word{Verb: "ready"}, true},
		"a task has begun":         {"begun type", Word{Verb: "begun", Task: "type"}, true},
		"a task is complete":       {"complete type-2", Word{Verb: "complete", Task: "type-2"}, true},
		"an order is no word":      {"begin type", Word{}, false},
		"a task needs its name":    {"complete ", Word{}, false},
		"a name is no path":        {"complete ../x", Word{}, false},
		"nothing follows the name": {"complete a b", Word{}, false},
		"nothing at all":           {"", Word{}, false},
	} {
		got, err := parseWord(c.line)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s: parseWord(%q) = %+v, %v; want %+v, ok %v", name, c.line, got, err, c.want, c.ok)
		}
	}
}

func FuzzParseWord(f *testing.F) {
	f.Add("ready")
	f.Add("complete paint")
	f.Fuzz(func(t *testing.T, line string) {
		w, err := parseWord(line)
		if err != nil {
			return
		}
		if again := strings.TrimSuffix(w.Verb+" "+string(w.Task), " "); again != line && w.Verb != "ready" {
			t.Errorf("parsed %q as %+v, which reads %q", line, w, again)
		}
	})
}

func TestBeginLineKeepsAnyGoalOnOneLine(t *testing.T) {
	line := beginLine(study.Task{ID: "type", Goal: "two\nlines; $(rm) \"'"})
	if line != "begin type dHdvCmxpbmVzOyAkKHJtKSAiJw==\n" {
		t.Errorf("got %q", line)
	}
}
