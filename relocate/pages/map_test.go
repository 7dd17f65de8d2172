package pages

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func drawMap(t *rapid.T) Map {
	var m Map
	for range rapid.IntRange(0, 40).Draw(t, "runs") {
		m.Add(rapid.Uint32Range(0, 100_000).Draw(t, "frames"), Class(rapid.IntRange(0, int(classes)-1).Draw(t, "class")))
	}
	return m
}

func TestAMapArrivesAsItWasSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMap(t)
		got, err := Decode(m.Encode())
		if diff := cmp.Diff(m, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v (-sent +got):\n%s", err, diff)
		}
	})
}

// Whatever a guest says, each frame is brought exactly once.
func TestEveryFrameIsBroughtOnceWhateverTheMapSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, total := drawMap(t), rapid.Uint64Range(0, 300_000).Draw(t, "total")
		brought := make([]bool, total)
		last := Class(0)
		for _, s := range m.Order(total) {
			for i := range uint64(s.Frames) {
				if brought[s.First+i] {
					t.Fatalf("frame %d is brought twice", s.First+i)
				}
				brought[s.First+i] = true
			}
			class := m.at(s.First)
			if class < last {
				t.Fatalf("%v is brought after %v", class, last)
			}
			last = class
		}
		for i, b := range brought {
			if !b {
				t.Fatalf("frame %d is never brought", i)
			}
		}
	})
}

// at returns the class of a frame.
func (m Map) at(frame uint64) Class {
	for first, r := range m.All() {
		if frame < first+uint64(r.Frames) {
			return r.Class
		}
	}
	return Other
}

func TestWhatIsNoMapIsRefused(t *testing.T) {
	summed := func(b string) []byte { return binary.BigEndian.AppendUint32([]byte(b), crc32.ChecksumIEEE([]byte(b))) }
	var m Map
	m.Add(5, Free)
	m.Add(7, ActiveAnon)
	good := m.Encode()
	broken := bytes.Clone(good)
	broken[6] ^= 1
	for name, b := range map[string][]byte{
		"nothing":                              nil,
		"another beginning":                    summed("VMP2\x00"),
		"a changed byte":                       broken,
		"a lost end":                           good[:len(good)-1],
		"more runs than there can be":          summed("VMP1\xff\xff\xff\xff\xff\xff\xff\xff\x01\x11"),
		"a number without end":                 summed("VMP1\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
		"a run that is cut off":                summed("VMP1\x01\x80"),
		"a class that there is not":            summed("VMP1\x01\x1f"),
		"an empty run":                         summed("VMP1\x01\x02"),
		"more frames than a machine can have":  summed("VMP1\x01\x89\x80\x80\x80\x80\x02"),
		"frames that are too many only in all": summed("VMP1\x02\x81\x80\x80\x80\x10\x19\x00"),
		"something behind the end":             summed("VMP1\x01\x11\x11"),
	} {
		if got, err := Decode(b); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %+v, %v; want ErrDamaged", name, got, err)
		}
	}
}

func TestNeighboursOfOneClassAreOneRun(t *testing.T) {
	var m Map
	for _, r := range []Run{{3, Free}, {2, Free}, {0, Other}, {1, Free}, {4, PageTable}} {
		m.Add(r.Frames, r.Class)
	}
	if diff := cmp.Diff([]Run{{6, Free}, {4, PageTable}}, m.Runs); diff != "" {
		t.Error(diff)
	}
	if m.Frames() != 10 || m.Count()[Free] != 6 {
		t.Errorf("%d frames, %v", m.Frames(), m.Count())
	}
}

func FuzzDecode(f *testing.F) {
	var m Map
	m.Add(5, Free)
	m.Add(1<<20, ActiveAnon)
	f.Add(m.Encode())
	f.Add([]byte("VMP1\x01\x11"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("error %v", err)
			}
			return
		}
		if m.Frames() > MaxFrames {
			t.Errorf("%d frames", m.Frames())
		}
		if again, err := Decode(m.Encode()); err != nil || !cmp.Equal(m, again, cmpopts.EquateEmpty()) {
			t.Errorf("%+v was read again as %+v, %v", m, again, err)
		}
	})
}
