package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"time"
)

// player plays FBS files as old players of VNC sessions do. It shares no code with the program: it was written from RFC 6143,
// and is as strict as the strictest of those players. It knows the encodings Raw, CopyRect, RRE and Hextile, and no
// pseudo-rectangles.
type player struct {
	file    []byte
	block   []byte
	at      time.Duration // of the current block
	screen  *image.RGBA
	name    string
	back    color.RGBA // of Hextile
	fore    color.RGBA
	longest int // block
}

var errPlayer = errors.New("a player of VNC sessions stops here")

// play calls see with the screen after each message, and returns io.EOF at the end of the file.
func (p *player) play(see func(at time.Duration)) (err error) {
	defer func() {
		if gone := recover(); gone != nil {
			var is bool
			if err, is = gone.(error); !is {
				panic(gone)
			}
		}
	}()
	if string(p.file[:12]) != "FBS 001.000\n" {
		return fmt.Errorf("%w: the file begins with %q", errPlayer, p.file[:12])
	}
	p.file = p.file[12:]
	p.handshake()
	for {
		if len(p.block) > 0 {
			return fmt.Errorf("%w: a block holds more than a message", errPlayer)
		}
		if len(p.file) == 0 {
			return io.EOF
		}
		if kind := p.take(1)[0]; kind != 0 {
			return fmt.Errorf("%w: message %d", errPlayer, kind)
		}
		p.take(1)
		for range p.u16() {
			p.rectangle()
		}
		see(p.at)
	}
}

// take returns the next n bytes.
func (p *player) take(n int) (b []byte) {
	for len(b) < n {
		if len(p.block) == 0 {
			p.next()
		}
		k := min(n-len(b), len(p.block))
		b, p.block = append(b, p.block[:k]...), p.block[k:]
	}
	return b
}

// next goes to the next block. Players refuse blocks that are empty or longer than a mebibyte.
func (p *player) next() {
	n := int(binary.BigEndian.Uint32(p.file))
	if n == 0 || n > 1<<20 {
		panic(fmt.Errorf("%w: a block of %d bytes", errPlayer, n))
	}
	padded := (n + 3) &^ 3
	p.block, p.longest = p.file[4:4+n], max(p.longest, n)
	at := time.Duration(binary.BigEndian.Uint32(p.file[4+padded:])) * time.Millisecond
	if at < p.at {
		panic(fmt.Errorf("%w: a block at %v comes after one at %v", errPlayer, at, p.at))
	}
	p.at, p.file = at, p.file[8+padded:]
}

func (p *player) u16() int { return int(binary.BigEndian.Uint16(p.take(2))) }
func (p *player) u32() int { return int(binary.BigEndian.Uint32(p.take(4))) }

func (p *player) handshake() {
	if version, security := string(p.take(12)), p.u32(); version != "RFB 003.003\n" || security != 1 {
		panic(fmt.Errorf("%w: %q, security %d", errPlayer, version, security))
	}
	p.screen = image.NewRGBA(image.Rect(0, 0, p.u16(), p.u16()))
	format := p.take(16)
	if got, want := fmt.Sprint(format[:13]), fmt.Sprint([]byte{32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0}); got != want {
		panic(fmt.Errorf("%w: pixels of %s, want %s", errPlayer, got, want))
	}
	p.name = string(p.take(p.u32()))
}

func (p *player) pixel() color.RGBA {
	b := p.take(4)
	return color.RGBA{b[2], b[1], b[0], 255}
}

func (p *player) rectangle() {
	x, y, w, h := p.u16(), p.u16(), p.u16(), p.u16()
	area := image.Rect(x, y, x+w, y+h)
	encoding := int32(p.u32())
	if !area.In(p.screen.Rect) || area.Empty() {
		panic(fmt.Errorf("%w: a rectangle %v of encoding %d on a screen of %v", errPlayer, area, encoding, p.screen.Rect))
	}
	switch encoding {
	case 0:
		p.raw(area)
	case 1:
		from := image.Pt(p.u16(), p.u16())
		copied := image.NewRGBA(area)
		each(area, func(x, y int) { copied.SetRGBA(x, y, p.screen.RGBAAt(x-area.Min.X+from.X, y-area.Min.Y+from.Y)) })
		each(area, func(x, y int) { p.screen.SetRGBA(x, y, copied.RGBAAt(x, y)) })
	case 2:
		count := p.u32()
		p.fill(area, p.pixel())
		for range count {
			c := p.pixel()
			x, y, w, h := p.u16(), p.u16(), p.u16(), p.u16()
			p.fill(image.Rect(x, y, x+w, y+h).Add(area.Min), c)
		}
	case 5:
		for y := area.Min.Y; y < area.Max.Y; y += 16 {
			for x := area.Min.X; x < area.Max.X; x += 16 {
				p.tile(image.Rect(x, y, x+16, y+16).Intersect(area))
			}
		}
	default:
		panic(fmt.Errorf("%w: encoding %d", errPlayer, encoding))
	}
}

// each visits the pixels of an area.
func each(area image.Rectangle, visit func(x, y int)) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			visit(x, y)
		}
	}
}

func (p *player) raw(area image.Rectangle) {
	each(area, func(x, y int) { p.screen.SetRGBA(x, y, p.pixel()) })
}

func (p *player) fill(area image.Rectangle, c color.RGBA) {
	each(area, func(x, y int) { p.screen.SetRGBA(x, y, c) })
}

// tile draws a tile of Hextile (RFC 6143, section 7.7.4).
func (p *player) tile(area image.Rectangle) {
	const raw, background, foreground, subrects, coloured = 1, 2, 4, 8, 16
	mask := p.take(1)[0]
	if mask&raw != 0 {
		p.raw(area)
		return
	}
	if mask&background != 0 {
		p.back = p.pixel()
	}
	if mask&foreground != 0 {
		p.fore = p.pixel()
	}
	p.fill(area, p.back)
	if mask&subrects == 0 {
		return
	}
	for range p.take(1)[0] {
		c := p.fore
		if mask&coloured != 0 {
			c = p.pixel()
		}
		b := p.take(2)
		at := area.Min.Add(image.Pt(int(b[0]>>4), int(b[0]&15)))
		p.fill(image.Rectangle{Min: at, Max: at.Add(image.Pt(int(b[1]>>4)+1, int(b[1]&15)+1))}, c)
	}
}
