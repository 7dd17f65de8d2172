package record

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"reflect"
	"testing"
	"time"

	"vmstudy/studytest"
)

// noise returns n megabytes that cannot be compressed, in blocks of many lengths.
func noise(n int) []Item {
	all, r := []Item{Segment{}}, rand.NewChaCha8([32]byte{5})
	for left, k := n<<20, 0; left > 0; k++ {
		b := make([]byte, min(left, 1+k*7919%(100<<10)))
		_, _ = r.Read(b)
		all = append(all, Block{At: time.Duration(k) * time.Millisecond, Data: b})
		left -= len(b)
	}
	return all
}

func TestWhatCannotBeCompressedIsStored(t *testing.T) {
	want := noise(24)
	file := written(t, want, false).Bytes()
	got, err := items(bytes.NewReader(file))
	if err != nil || !reflect.DeepEqual(want, got) {
		t.Fatalf("it is read as %d items with error %v, or altered; %d were written", len(got), err, len(want))
	}
	if n := bytes.Count(file, storedHead); n < 16 || n > 20 {
		t.Errorf("%d of 24 frames are stored, want all but those that are tried", n)
	}
	if most := 24<<20 + 24<<10; len(file) > most {
		t.Errorf("24 MiB became %d bytes, want at most %d", len(file), most)
	}
	studytest.Need(t, "zstd")
	tool := exec.Command("zstd", "-dc")
	tool.Stdin = bytes.NewReader(file)
	plain, err := tool.Output()
	if err != nil {
		t.Fatalf("zstd: %v", err)
	}
	if fbs := fbsOf(want); !bytes.Equal(plain, fbs) {
		t.Errorf("zstd -dc makes %d bytes of it, want an FBS file of %d", len(plain), len(fbs))
	}
}

func TestAStoredFrameCutAnywhereKeepsWhatCameBefore(t *testing.T) {
	all := noise(2)                                                                                    // of which the second frame is stored
	all = append(all, Block{At: time.Minute, Data: []byte("a frame that is tried again begins here")}) // after a pause
	whole := written(t, all, true).Bytes()
	begin := bytes.Index(whole, storedHead)
	most := 0
	for cut := begin; cut < len(whole)-1; cut = min(cut+31013, len(whole)-1) {
		got, _ := items(bytes.NewReader(whole[:cut]))
		if len(got) < most || !reflect.DeepEqual(got, all[:len(got)]) {
			t.Fatalf("cut at %d of %d there are %d items, or altered ones; a shorter file had %d", cut, len(whole), len(got), most)
		}
		most = len(got)
	}
	if got, _ := items(bytes.NewReader(whole[:len(whole)-1])); len(got) < len(all)-2 {
		t.Errorf("a file that lacks its last byte has %d items of %d", len(got), len(all))
	}
}

func TestFramesAreTriedAgainAfterAWhile(t *testing.T) {
	const plain = 1 << 20
	for name, tt := range map[string]struct {
		becomes []int64 // each trial in turn
		want    string  // what becomes of frames: packed or stored
	}{
		"what shrinks is always compressed":   {[]int64{900_000, 10, 500_000, 900_000}, "pppp"},
		"what does not is tried less often":   {[]int64{plain + 40, plain, plain, plain, plain}, "pspssspssssssspsssssssp"},
		"one that shrinks makes up for all":   {[]int64{plain, plain, 900_000, plain, plain}, "pspssspps" + "p"},
		"to save a little is not worth it":    {[]int64{plain - plain/20, plain - plain/20}, "psp"},
		"to save a sixteenth is barely worth": {[]int64{plain - plain/16, plain}, "pp"},
	} {
		t.Run(name, func(t *testing.T) {
			var trials trials
			got := ""
			for _, to := range tt.becomes {
				for !trials.due() {
					got += "s"
				}
				got += "p"
				trials.made(plain, to)
			}
			if got != tt.want {
				t.Errorf("frames are %s, want %s", got, tt.want)
			}
		})
	}
}
