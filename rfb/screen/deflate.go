package screen

import (
	"compress/zlib"
)

// deflater is one of the zlib streams that go on from rectangle to rectangle, as their
// server writes it.
type deflater struct {
	zlib  *zlib.Writer
	level int
	out   sink
}

// sink collects what is written to it.
type sink struct{ b []byte }

func (s *sink) Write(p []byte) (int, error) {
	s.b = append(s.b, p...)
	return len(p), nil
}

// deflate returns data compressed, up to where the viewer can inflate all of it. It is valid
// until the next call.
func (d *deflater) deflate(data []byte) []byte {
	if d.zlib == nil {
		// The level is one that zlib knows, and a sink does not fail; nor does what follows.
		d.zlib, _ = zlib.NewWriterLevel(&d.out, d.level)
	}
	d.out.b = d.out.b[:0]
	_, _ = d.zlib.Write(data)
	_ = d.zlib.Flush()
	return d.out.b
}

// Restart makes the encoder's streams begin anew with the next rectangle. Only in Tight a viewer
// can be told to do so, too: by the lower four bits of the first byte after a rectangle's header.
func (e *Encoder) Restart() {
	for _, d := range e.streams {
		if d != nil && d.zlib != nil {
			d.zlib.Reset(&d.out)
		}
	}
}
