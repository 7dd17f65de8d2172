package record

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vmstudy/fields"
	"vmstudy/study"
)

// ErrBroken is the error for a file that is not a recording, or was altered.
var ErrBroken = errors.New("not a whole recording")

// noteMagic is the beginning of a skippable frame of Zstandard (RFC 8878, section 3.1.2). The length of its content follows,
// little-endian.
const noteMagic = 0x184D2A56

// maxNote is the length of the longest note that is read.
const maxNote = 1 << 20

// Kinds of notes: the first byte of a note's content.
const (
	noteHeader  = 'H'
	noteSegment = 'S'
	noteInputs  = 'I'
)

// formatVersion counts the versions of this file format.
const formatVersion = 1

// Header is what a recording says about itself.
type Header struct {
	Attempt study.AttemptID
	Began   time.Time // all times count from here
	Keys    bool      // whether inputs say which key it was
}

// headerDoc is Header in the form in which the file has it.
type headerDoc struct {
	Format  string          `json:"format"`
	Version int             `json:"version"`
	Attempt study.AttemptID `json:"attempt"`
	Began   time.Time       `json:"began"`
	Keys    bool            `json:"keys"`
}

const formatName = "vmstudy recording"

// appendNote adds a note to b.
func appendNote(b []byte, kind byte, content []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, noteMagic)
	b = binary.LittleEndian.AppendUint32(b, uint32(1+len(content)))
	return append(append(b, kind), content...)
}

func appendHeader(b []byte, h Header) ([]byte, error) {
	doc, err := json.Marshal(headerDoc{formatName, formatVersion, h.Attempt, h.Began.UTC(), h.Keys})
	return appendNote(b, noteHeader, doc), err
}

func readHeader(content []byte) (Header, error) {
	var doc headerDoc
	if err := json.Unmarshal(content, &doc); err != nil || doc.Format != formatName {
		return Header{}, fmt.Errorf("%w: it does not begin as one", ErrBroken)
	}
	if doc.Version != formatVersion {
		return Header{}, fmt.Errorf("%w: it has format version %d, and this program knows %d", ErrBroken, doc.Version, formatVersion)
	}
	return Header{Attempt: doc.Attempt, Began: doc.Began, Keys: doc.Keys}, nil
}

func appendSegment(b []byte, at time.Duration) []byte {
	return appendNote(b, noteSegment, binary.AppendUvarint(nil, uint64(at.Milliseconds())))
}

func readSegment(content []byte) (Segment, error) {
	r := fields.NewReader(content)
	at := millis(r)
	if !r.Done() {
		return Segment{}, fmt.Errorf("%w: a segment's note is damaged", ErrBroken)
	}
	return Segment{At: at}, nil
}

// longest is the longest time that is read, so that sums of times cannot overflow.
const longest = 1000 * time.Hour

// millis reads a time in milliseconds.
func millis(r *fields.Reader) time.Duration {
	return time.Duration(r.UpTo(uint64(longest.Milliseconds()))) * time.Millisecond
}
