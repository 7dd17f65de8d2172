package screen

import (
	"encoding/binary"
	"image"

	"vmstudy/rfb/wire"
)

// gradient draws pixels of which each is told as the difference to what the three before it
// (left, above, above left) foretell. rfbproto, "Tight Encoding", GradientFilter.
func (fb *Framebuffer) gradient(r *wire.Reader, area image.Rectangle, full func([]byte)) {
	f, l := fb.format, &fb.tight
	channels := gradientChannels(f, l)
	width := area.Dx()
	src := make([]byte, width*l.size)
	above, here := make([][3]int, width+1), make([][3]int, width+1) // the first is left of the area
	for y := area.Min.Y; y < area.Max.Y && r.Err() == nil; y++ {
		full(src)
		row := Row(fb.picture, area, y)
		for x := 1; x <= width; x++ {
			value := number(src[(x-1)*l.size:][:l.size], f.BigEndian && l.size != 3)
			var pixel uint32
			for i, c := range channels {
				guess := max(0, min(c.most, here[x-1][i]+above[x][i]-above[x-1][i]))
				here[x][i] = (int(value>>c.shift) + guess) & c.most
				pixel |= uint32(here[x][i]) << c.shift
			}
			c := opaque | pixel
			if l.size != 3 {
				c = colourOf(f, pixel)
			}
			binary.LittleEndian.PutUint32(row[4*(x-1):], c)
		}
		above, here = here, above
	}
}

// channel is where in a pixel's value a colour lies.
type channel struct {
	shift uint8
	most  int
}

func gradientChannels(f wire.PixelFormat, l *layout) [3]channel {
	if l.size == 3 {
		return [3]channel{{0, 255}, {8, 255}, {16, 255}}
	}
	return [3]channel{
		{f.RedShift & 31, int(f.RedMax)}, {f.GreenShift & 31, int(f.GreenMax)}, {f.BlueShift & 31, int(f.BlueMax)},
	}
}
