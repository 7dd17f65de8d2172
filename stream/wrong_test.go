package stream_test

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"
	"sync/atomic"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// stored is content of which one chunk is sent damaged several times.
type stored struct {
	*bytes.Reader
	index uint32
	left  *atomic.Int64
}

func (p stored) Holes() iter.Seq2[uint32, uint32] { return func(func(uint32, uint32) bool) {} }

func (p stored) ReadChunk(index uint32) ([]byte, wire.Hash, error) {
	chunk := make([]byte, wire.ChunkSize)
	if n, err := p.ReadAt(chunk, int64(index)*wire.ChunkSize); err != nil {
		return chunk[:n], wire.Hash{}, err
	}
	h := wire.HashOf(chunk)
	if index == p.index && p.left.Add(-1) >= 0 {
		chunk[1234] ^= 0x40
	}
	return chunk, h, nil
}

func TestAWrongChunkIsAskedForOnceMoreAndThenEndsTheStream(t *testing.T) {
	content := streamtest.Pages(1, mib)
	for name, tt := range map[string]struct {
		times int64 // how often the chunk is sent damaged
		want  error
	}{
		"once":  {1, nil},
		"twice": {2, stream.ErrWrongChunk},
	} {
		t.Run(name, func(t *testing.T) {
			p := stored{bytes.NewReader(content), 17, new(atomic.Int64)}
			p.left.Store(tt.times)
			source := streamtest.Source("memory", content)
			source.Content = p
			near := streamtest.Open(t, streamtest.Origin(t, source), stream.Options{})
			im := near.Images()[0]
			got := make([]byte, 4*wire.ChunkSize)
			_, err := im.ReadAt(got, 15*wire.ChunkSize)
			if !errors.Is(err, tt.want) {
				t.Fatalf("read: %v, want %v", err, tt.want)
			}
			if s := near.Stats(); s.Wrong != int(tt.times) || s.Reconnects != 1 {
				t.Errorf("stats %+v, want %d wrong and 1 reconnect", s, tt.times)
			}
			if tt.want == nil {
				if !bytes.Equal(got, content[15*wire.ChunkSize:19*wire.ChunkSize]) {
					t.Error("other bytes were read than the image has")
				}
				return
			}
			<-near.Done()
			if !errors.Is(near.Err(), tt.want) || study.Sentence(near.Err()) == "" {
				t.Errorf("Err() = %v, want a sentence of %v", near.Err(), tt.want)
			}
		})
	}
}

// If a machine has been told that its memory is written, it must not read the old content.
func TestAFullDiskEndsTheStreamWithASentence(t *testing.T) {
	content := streamtest.Pages(1, 4*mib)
	for name, use := range map[string]func(im *stream.Image) error{
		"by what arrives": func(im *stream.Image) error {
			_, err := io.Copy(io.Discard, io.NewSectionReader(im, 0, im.Size))
			return err
		},
		"by what the machine writes": func(im *stream.Image) error {
			_, err := im.WriteAt(content[:3*mib], 0)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if studytest.AsRoot(t) {
				return
			}
			near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source("memory", content)),
				stream.Options{Dir: streamtest.SmallDisk(t)})
			if err := use(near.Images()[0]); err == nil {
				t.Error("4 MiB found room on a disk of 1 MiB")
			}
			<-near.Done()
			if say := study.Sentence(near.Err()); !strings.Contains(say, "disk here is full") {
				t.Errorf("Err() = %v, want a sentence about the disk", near.Err())
			}
		})
	}
}
