package fields_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"vmstudy/fields"
)

// row is one field of every kind.
func row() []byte {
	b := []byte{1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4}
	b = binary.AppendUvarint(b, 300)
	b = binary.AppendVarint(b, -5)
	b = binary.AppendUvarint(b, 6)
	return append(b, "seven888"...)
}

// take reads what row writes.
func take(r *fields.Reader) (numbers []int64, text string, filled [3]byte) {
	numbers = []int64{
		int64(r.U8()), int64(r.U16()), int64(r.U32()), int64(r.U64()), int64(r.Uvarint()), r.Varint(), int64(r.UpTo(6)),
	}
	text = string(r.Bytes(5))
	r.Fill(filled[:])
	return numbers, text, filled
}

func TestFieldsComeAsTheyWereWritten(t *testing.T) {
	r := fields.NewReader(row())
	numbers, text, filled := take(r)
	for i, want := range []int64{1, 2, 3, 4, 300, -5, 6} {
		if numbers[i] != want {
			t.Errorf("number %d is %d, want %d", i, numbers[i], want)
		}
	}
	if text != "seven" || string(filled[:]) != "888" || !r.Done() || r.Failed() {
		t.Errorf("got %q and %q, done %v", text, filled, r.Done())
	}
}

// TestWhatIsCutShortFails cuts the row at every place.
func TestWhatIsCutShortFails(t *testing.T) {
	whole := row()
	for n := range whole {
		r := fields.NewReader(whole[:n])
		_, _, filled := take(r)
		if !r.Failed() || r.Done() || r.Left() != 0 || filled != [3]byte{} {
			t.Errorf("cut to %d bytes: failed %v, %d left, filled with %v; want a failure, nothing left, zeros", n, r.Failed(), r.Left(), filled)
		}
	}
}

// TestAFailureLasts reads on after each kind of failure, where bytes would be left.
func TestAFailureLasts(t *testing.T) {
	for name, fail := range map[string]func(*fields.Reader){
		"the caller says so":    (*fields.Reader).Fail,
		"a length that is less": func(r *fields.Reader) { r.Bytes(-1) },
		"more than there is":    func(r *fields.Reader) { r.Bytes(100) },
		"more than it may be":   func(r *fields.Reader) { r.UpTo(0) },
	} {
		r := fields.NewReader(bytes.Repeat([]byte{1}, 40))
		fail(r)
		if numbers, text, _ := take(r); !r.Failed() || r.Done() || r.Rest() != nil || text != "" {
			t.Errorf("%s: failed %v, %v and %q after it", name, r.Failed(), numbers, text)
		}
	}
	r := fields.NewReader(bytes.Repeat([]byte{0xff}, 11))
	if n := r.Uvarint(); n != 0 || !r.Failed() {
		t.Errorf("a number of more than 64 bits is %d, failed %v", n, r.Failed())
	}
}

func TestWhatIsLeftIsNotDone(t *testing.T) {
	r := fields.NewReader([]byte{1, 2})
	if r.U8(); r.Done() || r.Failed() || r.Left() != 1 || string(r.Rest()) != "\x02" {
		t.Errorf("done %v, failed %v, %d left", r.Done(), r.Failed(), r.Left())
	}
}
