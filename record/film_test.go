package record

import (
	"bytes"
	"encoding/binary"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"vmstudy/rfb/wire"
)

// Where films cannot be decoded, a recording must not seem to end with its first: a replay of it would lack the rest, and nobody would know.
func TestARecordingWhoseFilmCannotBeDecodedIsNoShorterOne(t *testing.T) {
	nice, err := exec.LookPath("nice")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() // a computer without ffmpeg
	if err := os.Symlink(nice, filepath.Join(dir, "nice")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	v := &viewed{t: t}
	v.writer, err = NewWriter(&v.out, head)
	v.must(err)
	v.connect(0, wire.ZRLE, 200, 100)
	v.paint(time.Second, v.screen.Rect, true)
	data := []byte("\x00\x00\x00\x01\x67\x42\xc0\x1e\x9a\x00\x00\x00\x01\x68\xce\x3c\x80\x00\x00\x00\x01\x65\x88\x84")
	b := pseudo(wire.AppendUpdate(nil, 1), image.Rect(0, 0, 64, 64), int32(wire.H264))
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	b = binary.BigEndian.AppendUint32(b, wire.H264Reset)
	v.must(v.writer.Block(2*time.Second, append(b, data...)))
	v.paint(3*time.Second, v.screen.Rect, true)
	v.must(v.writer.Close())
	if err := Walk(bytes.NewReader(v.out.Bytes()), func(Sight) error { return nil }); err == nil {
		t.Error("a recording was walked to its end without the pictures of its film and all after them")
	}
}
