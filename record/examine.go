package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Summary describes the file of a recording.
type Summary struct {
	Header   Header
	Duration time.Duration // to the last thing in it
	Segments int
	Bytes    int64
	SHA256   string
}

// Examine reads a whole recording. If the error is io.ErrUnexpectedEOF or ErrBroken, the summary describes what could be read
// before. Bytes and hash are always those of the whole file.
func Examine(src io.Reader) (Summary, error) {
	read := &tally{Writer: io.Discard, sum: sha256.New()}
	src = io.TeeReader(src, read)
	s, err := summarize(src)
	if _, restErr := io.Copy(io.Discard, src); restErr != nil {
		return Summary{}, restErr
	}
	s.Bytes, s.SHA256 = read.n, hex.EncodeToString(read.sum.Sum(nil))
	return s, err
}

func summarize(src io.Reader) (Summary, error) {
	r, err := NewReader(src)
	if err != nil {
		return Summary{}, err
	}
	defer r.Close()
	s := Summary{Header: r.Header}
	for {
		i, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return s, nil
		case err != nil:
			return s, err
		}
		s.take(i)
	}
}

// take counts an item.
func (s *Summary) take(i Item) {
	switch i := i.(type) {
	case Segment:
		s.Segments++
		s.Duration = max(s.Duration, i.At)
	case Block:
		s.Duration = max(s.Duration, i.At)
	case Input:
		s.Duration = max(s.Duration, i.At)
	}
}

// closeOff writes the end of a recording that was left unfinished. Whole blocks stay, and what follows them is cut off. A
// file that has its end is not changed. If the file is not a recording, because the server was killed in the first moment,
// it is not changed either, and the error is ErrBroken.
func closeOff(f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r, err := NewReader(f)
	if err != nil {
		return err
	}
	defer r.Close()
	var tail []byte // the whole blocks of a frame that is not complete
	last := time.Duration(0)
	for err == nil {
		var i Item
		if i, err = r.Next(); err != nil {
			break
		}
		switch i := i.(type) {
		case Segment:
			last = i.At
		case Block:
			last = i.At
			if r.torn {
				tail = AppendBlock(tail, Block{At: i.At - r.segment, Data: i.Data})
			}
		}
	}
	if errors.Is(err, io.EOF) && (r.ended || r.segment < 0) {
		return nil
	}
	return appendEnd(f, r, tail, last)
}

// appendEnd cuts f after its last whole frame or note, and appends a frame with the blocks of tail and the end of the
// segment. If there is no room on the disk even for that, the file ends after the last whole frame or note.
func appendEnd(f *os.File, r *Reader, tail []byte, last time.Duration) error {
	if err := f.Truncate(r.good); err != nil {
		return fmt.Errorf("cutting off what is not whole: %w", err)
	}
	if r.segment < 0 {
		return nil
	}
	if r.fresh {
		tail = append([]byte(fbsVersion), tail...)
	}
	tail = AppendBlock(tail, Block{At: last - r.segment})
	var b bytes.Buffer
	enc, err := zstd.NewWriter(&b, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(frameBytes))
	if err != nil {
		return err
	}
	if _, err := enc.Write(tail); err != nil {
		return err
	}
	if err := enc.Close(); err != nil {
		return err
	}
	if _, err := f.WriteAt(b.Bytes(), r.good); err != nil {
		return f.Truncate(r.good)
	}
	return nil
}
