package h264

import (
	"image"
	"strconv"
)

// Encoder encodes one stream. It is not safe for concurrent use.
type Encoder struct {
	ffmpeg *child
	size   image.Point
	plain  []byte
	first  bool
	sets   []byte // the parameter sets, in the format of Annex B
}

// Options say how well pictures are encoded.
type Options struct {
	// Rate is how many bits a second the pictures may take, over a fifth of a second. It is positive.
	Rate int64
	// Quality is x264's constant rate factor, which decides the length of pictures that take less than Rate: from 0, the best, to 51.
	Quality int
}

// NewEncoder returns an encoder of pictures of one size, in pixels: see CanBe. It must be closed.
func NewEncoder(size image.Point, o Options) (*Encoder, error) {
	rate := strconv.FormatInt(max(o.Rate, 10_000), 10)
	room := strconv.FormatInt(max(o.Rate, 10_000)/5, 10)
	ffmpeg, err := start(
		// Pictures have the time at which they come, so that Rate is kept however many there are in a second.
		"-use_wallclock_as_timestamps", "1", "-f", "rawvideo", "-pix_fmt", "rgb0", "-video_size", sizeOf(size), "-framerate", "60", "-i", "pipe:0",
		"-an", "-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-threads", "1",
		"-crf", strconv.Itoa(o.Quality), "-maxrate", rate, "-bufsize", room,
		"-g", "1000000", "-sc_threshold", "0", // only the first picture can be decoded alone
		"-fps_mode", "passthrough", "-flush_packets", "1",
		"-f", "flv", "-flvflags", "no_duration_filesize+no_metadata+no_sequence_end", "pipe:1")
	if err != nil {
		return nil, err
	}
	return &Encoder{ffmpeg: ffmpeg, size: size, plain: make([]byte, 0, 4*size.X*size.Y), first: true}, nil
}

// Append adds the next picture of the stream, an area of src that has the stream's size, to b. After an error the encoder is of
// no more use.
func (e *Encoder) Append(b []byte, src *image.RGBA, area image.Rectangle) ([]byte, error) {
	e.plain = e.plain[:0]
	for y := area.Min.Y; y < area.Max.Y; y++ {
		at := src.PixOffset(area.Min.X, y)
		e.plain = append(e.plain, src.Pix[at:at+4*area.Dx()]...)
	}
	write := func() error {
		_, err := e.ffmpeg.in.Write(e.plain)
		return err
	}
	most := lessPatience
	if e.first {
		most = patience
	}
	err := e.ffmpeg.exchange(most, write, func() (err error) {
		b, err = e.read(b)
		return err
	})
	return b, err
}

// read reads the next picture from ffmpeg.
func (e *Encoder) read(b []byte) ([]byte, error) {
	if e.first {
		if err := readHeader(e.ffmpeg.out); err != nil {
			return b, err
		}
	}
	for {
		t, err := readTag(e.ffmpeg.out)
		switch {
		case err != nil:
			return b, err
		case t.sets():
			if e.sets, err = parameterSets(t.data); err != nil {
				return b, err
			}
		case t.picture():
			if e.first {
				b, e.first = append(b, e.sets...), false
			}
			return appendAnnexB(b, t.units())
		}
	}
}

// Close ends the stream.
func (e *Encoder) Close() { e.ffmpeg.close() }
