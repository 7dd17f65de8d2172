package h264

import (
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"strconv"
)

// Decoder decodes one stream. It is not safe for concurrent use.
type Decoder struct {
	ffmpeg  *child // nil until there is a picture that can be decoded alone
	size    image.Point
	sps     []byte
	pps     []byte
	at      uint32 // milliseconds of the next picture: ffmpeg wants times that grow
	picture []byte
}

// NewDecoder returns a decoder of pictures of one size, in pixels. It must be closed.
func NewDecoder(size image.Point) (*Decoder, error) {
	if size.X <= 0 || size.Y <= 0 || size.X > MaxSide || size.Y > MaxSide {
		return nil, fmt.Errorf("no H.264 has pictures of %v pixels here", size)
	}
	return &Decoder{size: size}, nil
}

// alignment is by how many pixels, at most, ffmpeg makes a side of a picture longer in its memory.
const alignment = 64

// begin starts ffmpeg and returns how its input begins.
func (d *Decoder) begin() (text []byte, err error) {
	d.ffmpeg, err = start("-flags", "low_delay", "-threads", "1", "-max_pixels", strconv.Itoa((d.size.X+alignment)*(d.size.Y+alignment)), "-f", "flv", "-i", "pipe:0",
		"-an", "-vf", "scale="+sizeOf(d.size)+":flags=neighbor", // does nothing if the pictures are as large as they should be
		"-threads", "1", // else ffmpeg would copy several pictures at once, and wait for them
		"-f", "rawvideo", "-pix_fmt", "rgba", "-fps_mode", "passthrough", "-flush_packets", "1", "pipe:1")
	d.picture = make([]byte, 4*d.size.X*d.size.Y)
	return appendTag(append(text, header...), setsTag(d.sps, d.pps), 0), err
}

// ErrNoKey is the error for a picture before the first that can be decoded alone.
var ErrNoKey = errors.New("a stream of H.264 begins in its middle")

// ErrTooLong is the error for data that are longer than those of any picture.
var ErrTooLong = errors.New("a picture of H.264 is too long")

// Decode decodes the next picture, whose bytes are in the format of Annex B. It returns four bytes for each pixel, red, green, blue and
// 255, row by row; they are valid until the next call. If data has no picture, it returns nil. After an error other than ErrNoKey the decoder
// is of no more use.
func (d *Decoder) Decode(data []byte) ([]byte, error) {
	var slices [][]byte
	for _, unit := range splitAnnexB(data) {
		switch unit[0] & 0x1f {
		case nalSPS:
			d.sps = append([]byte(nil), unit...)
		case nalPPS:
			d.pps = append([]byte(nil), unit...)
		case nalSlice, nalKey:
			slices = append(slices, unit)
		}
	}
	if len(slices) == 0 {
		return nil, nil
	}
	picture := pictureTag(slices)
	if len(picture.data) > mostTag || len(d.sps) > math.MaxUint16 || len(d.pps) > math.MaxUint16 {
		return nil, ErrTooLong
	}
	var text []byte
	if d.ffmpeg == nil {
		if len(d.sps) < 4 || d.pps == nil || slices[0][0]&0x1f != nalKey {
			return nil, ErrNoKey
		}
		var err error
		if text, err = d.begin(); err != nil {
			return nil, err
		}
	}
	text = appendTag(text, picture, d.at)
	d.at += 10
	write := func() error {
		_, err := d.ffmpeg.in.Write(text)
		return err
	}
	err := d.ffmpeg.exchange(patience, write, func() error {
		_, err := io.ReadFull(d.ffmpeg.out, d.picture)
		return err
	})
	return d.picture, err
}

// Close ends the stream.
func (d *Decoder) Close() {
	if d.ffmpeg != nil {
		d.ffmpeg.close()
	}
}
