package record

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"vmstudy/rfb/wire"
)

var head = Header{Attempt: 17, Began: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Keys: true}

// items reads a whole recording, and copies the data of its blocks.
func items(src io.Reader) (all []Item, err error) {
	r, err := NewReader(src)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		i, err := r.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return all, err
		}
		if b, is := i.(Block); is {
			b.Data = bytes.Clone(b.Data)
			i = b
		}
		all = append(all, i)
	}
}

// script draws what is to be written to a recording, in order.
func script(t *rapid.T) []Item {
	var all []Item
	at := time.Duration(0)
	for n := range rapid.IntRange(0, 60).Draw(t, "items") {
		at += time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * time.Millisecond
		switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
		case n == 0 || what == 0:
			all = append(all, Segment{At: at})
		case what < 6:
			all = append(all, Block{At: at, Data: rapid.SliceOfN(rapid.Byte(), 1, 3000).Draw(t, "data")})
		case what < 8:
			n := rapid.Uint16()
			all = append(all, Input{At: at, Kind: Pointer, X: n.Draw(t, "x"), Y: n.Draw(t, "y"), Buttons: n.Draw(t, "buttons")})
		default:
			all = append(all, Input{At: at, Kind: rapid.SampledFrom([]InputKind{KeyUp, KeyDown}).Draw(t, "key"), Keysym: rapid.Uint32().Draw(t, "keysym")})
		}
	}
	return all
}

type fataler interface{ Fatal(...any) }

// written writes items. With flush, each of them is in the output at once.
func written(t fataler, all []Item, flush bool) *bytes.Buffer {
	var out bytes.Buffer
	w, err := NewWriter(&out, head)
	for _, i := range all {
		switch i := i.(type) {
		case Segment:
			err = errors.Join(err, w.Begin(i.At))
		case Block:
			err = errors.Join(err, w.Block(i.At, i.Data))
		case Input:
			w.Input(i)
		}
		if flush {
			err = errors.Join(err, w.Flush())
		}
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return &out
}

// parted returns the pictures and the inputs of a recording separately, since their order depends on the frames.
func parted(all []Item) (pictures, inputs []Item) {
	for _, i := range all {
		if _, is := i.(Input); is {
			inputs = append(inputs, i)
		} else {
			pictures = append(pictures, i)
		}
	}
	return pictures, inputs
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := script(t)
		got, err := items(iotest.HalfReader(written(t, want, false)))
		if err != nil {
			t.Fatal(err)
		}
		wantPictures, wantInputs := parted(want)
		gotPictures, gotInputs := parted(got)
		if diff := cmp.Diff(wantPictures, gotPictures); diff != "" {
			t.Fatalf("segments and blocks (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantInputs, gotInputs); diff != "" {
			t.Fatalf("inputs (-want +got):\n%s", diff)
		}
	})
}

func TestARecordingOfOneSegmentIsACompressedFBSFile(t *testing.T) {
	all := []Item{Segment{At: time.Second}}
	for n := range 300 {
		all = append(all, Block{At: time.Second + time.Duration(n)*50*time.Millisecond, Data: bytes.Repeat([]byte{byte(n)}, n+1)})
	}
	cmd := exec.Command("zstd", "-dc")
	cmd.Stdin = written(t, all, false)
	got, err := cmd.Output()
	if err != nil {
		t.Fatalf("zstd does not read a recording: %v", err)
	}
	want := fbsOf(all)
	if !bytes.Equal(got, want) {
		t.Errorf("zstd -dc makes %d bytes, want %d of FBS", len(got), len(want))
	}
}

// fbsOf returns the FBS file that a recording of one segment contains.
func fbsOf(all []Item) []byte {
	b, began, last := []byte("FBS 001.001\n"), all[0].(Segment).At, time.Duration(0)
	for _, i := range all[1:] {
		last = i.(Block).At - began
		b = AppendBlock(b, Block{At: last, Data: i.(Block).Data})
	}
	return AppendBlock(b, Block{At: last}) // the end
}

func TestABlockIsLaidOutAsRfbproxySays(t *testing.T) {
	got := AppendBlock(nil, Block{At: 258 * time.Millisecond, Data: []byte("hello")})
	want := "\x00\x00\x00\x05hello\x00\x00\x00\x00\x00\x01\x02"
	if string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A killed server leaves a file that ends anywhere.
func TestARecordingCutAnywhereIsClosedOff(t *testing.T) {
	all := []Item{
		Segment{},
		Block{At: time.Second, Data: []byte("one")},
		Input{At: time.Second, Kind: Pointer, X: 1, Y: 2},
		Block{At: 9 * time.Second, Data: bytes.Repeat([]byte("two"), 99)},
		Segment{At: 10 * time.Second},
		Block{At: 11 * time.Second, Data: []byte("three")},
		Block{At: 12 * time.Second, Data: []byte("four")},
	}
	whole := written(t, all, true).Bytes()
	pictures, _ := parted(all)
	longest, most := len(pictures), 0
	for cut := range len(whole) + 1 {
		path := filepath.Join(t.TempDir(), "cut")
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := items(bytes.NewReader(whole[:cut]))
		err = closeOff(f)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil && len(before) == 0 && errors.Is(err, ErrBroken) {
			continue // cut within its header
		}
		mended, readErr := os.ReadFile(path)
		if err := errors.Join(err, readErr); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		after, err := items(bytes.NewReader(mended))
		if err != nil {
			t.Fatalf("cut at %d of %d, closed off, it is read with: %v", cut, len(whole), err)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatalf("cut at %d, closing off changes what can be read (-before +after):\n%s", cut, diff)
		}
		got, _ := parted(after)
		if len(got) < most || len(got) > longest || !cmp.Equal(got, pictures[:len(got)], cmpopts.EquateEmpty()) {
			t.Fatalf("cut at %d: got %v after %d items with a shorter file", cut, got, most)
		}
		most = len(got)
	}
	if most != longest {
		t.Errorf("the whole file has %d pictures, want %d", most, longest)
	}
}

func TestStrangeFilesAreRefused(t *testing.T) {
	good := written(t, []Item{Segment{}, Block{Data: []byte("x")}}, false).Bytes()
	header, _ := appendHeader(nil, head)
	tests := map[string][]byte{
		"nothing":                      nil,
		"a picture":                    []byte("\x89PNG\r\n\x1a\n0123456789"),
		"another format":               appendNote(nil, noteHeader, []byte(`{"format":"other","version":1}`)),
		"a later version":              appendNote(nil, noteHeader, []byte(`{"format":"vmstudy recording","version":2}`)),
		"a note of 4 GB":               append(header[:len(header):len(header)], "\x56\x2a\x4d\x18\xff\xff\xff\xff"...),
		"a frame before any segment":   append(header[:len(header):len(header)], good[bytes.Index(good, []byte("\x28\xb5\x2f\xfd")):]...),
		"inputs that are cut":          appendNote(header[:len(header):len(header)], noteInputs, []byte("\x01p\x01")),
		"an input of unknown kind":     appendNote(header[:len(header):len(header)], noteInputs, []byte("\x01?\x01")),
		"a segment without its time":   appendNote(header[:len(header):len(header)], noteSegment, nil),
		"bytes that are not a frame":   append(header[:len(header):len(header)], "what is this?"...),
		"segments that go back":        appendSegment(appendSegment(header[:len(header):len(header)], time.Second), 0),
		"a segment in a thousand days": appendSegment(header[:len(header):len(header)], 24_000*time.Hour),
	}
	for name, file := range tests {
		t.Run(name, func(t *testing.T) {
			if all, err := items(bytes.NewReader(file)); !errors.Is(err, ErrBroken) {
				t.Errorf("read %v with error %v, want ErrBroken", all, err)
			}
		})
	}
}

func FuzzReader(f *testing.F) {
	f.Add(written(f, []Item{Segment{}, Block{Data: []byte("x")}, Input{Kind: KeyDown}, Segment{At: 1e9}, Block{At: 2e9, Data: []byte("y")}}, true).Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		all, err := items(bytes.NewReader(file))
		one, errOne := items(iotest.OneByteReader(bytes.NewReader(file)))
		if (err == nil) != (errOne == nil) || !cmp.Equal(all, one) {
			t.Fatalf("read byte by byte: %v, %v; at once: %v, %v", one, errOne, all, err)
		}
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		file2, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer file2.Close()
		_ = closeOff(file2) // must return, whatever the file is
	})
}

func TestInputsKeepTheKeyOnlyIfAsked(t *testing.T) {
	for _, m := range []wire.ClientMessage{wire.KeyEvent{Down: true, Keysym: 'a'}, wire.QEMUKeyEvent{Down: true, Keysym: 'a', Keycode: 30}} {
		secret, _ := inputOf(m, time.Second, false)
		told, _ := inputOf(m, time.Second, true)
		if secret != (Input{At: time.Second, Kind: KeyDown}) || told.Keysym != 'a' {
			t.Errorf("%T: got %+v and %+v, want the key in the second only", m, secret, told)
		}
	}
}
