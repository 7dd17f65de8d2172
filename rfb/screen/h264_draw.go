package screen

import (
	"errors"
	"image"

	"vmstudy/rfb/h264"
	"vmstudy/rfb/wire"
)

// maxFilms is how many streams of H.264 one screen may have at a time. Each has a decoder, which is a process.
const maxFilms = 4

// drawH264 draws the next picture of a stream. A stream is known by the place and size of its rectangles.
// rfbproto, "Open H.264 Encoding".
func drawH264(r *wire.Reader, q wire.Rectangle, fb *Framebuffer) {
	length, flags := wire.ReadH264(r)
	data := make([]byte, length)
	if r.Full(data); r.Err() != nil {
		return
	}
	switch {
	case flags&wire.H264ResetAll != 0:
		fb.Close()
	case flags&wire.H264Reset != 0:
		fb.endFilm(q.Area())
	}
	if length == 0 || q.Pixels() == 0 {
		return
	}
	d, err := fb.film(q.Area())
	if err != nil {
		r.Fail(err)
		return
	}
	picture, err := d.Decode(data)
	if errors.Is(err, h264.ErrNoKey) {
		return // as viewers do
	}
	if err != nil {
		r.Fail(err)
		return
	}
	if picture == nil {
		return
	}
	for y := q.Area().Min.Y; y < q.Area().Max.Y; y++ {
		row := Row(fb.picture, q.Area(), y)
		picture = picture[copy(row, picture):]
		veil(row)
	}
}

// film returns the decoder of the stream at an area.
func (fb *Framebuffer) film(area image.Rectangle) (*h264.Decoder, error) {
	if d := fb.films[area]; d != nil {
		return d, nil
	}
	if len(fb.films) >= maxFilms {
		fb.Close()
	}
	d, err := h264.NewDecoder(area.Size())
	if err != nil {
		return nil, err
	}
	if fb.films == nil {
		fb.films = map[image.Rectangle]*h264.Decoder{}
	}
	fb.films[area] = d
	return d, nil
}

func (fb *Framebuffer) endFilm(area image.Rectangle) {
	if d := fb.films[area]; d != nil {
		d.Close()
		delete(fb.films, area)
	}
}

// Close ends the decoders of H.264. The picture stays as it is.
func (fb *Framebuffer) Close() {
	for area := range fb.films {
		fb.endFilm(area)
	}
}
