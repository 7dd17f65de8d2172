package rfb_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// tiles calls each with the tiles of r, row by row.
func tiles(r image.Rectangle, size int, each func(image.Rectangle)) {
	for y := r.Min.Y; y < r.Max.Y; y += size {
		for x := r.Min.X; x < r.Max.X; x += size {
			each(image.Rect(x, y, x+size, y+size).Intersect(r))
		}
	}
}

func (v *viewer) hextile(r image.Rectangle) {
	var back, fore color.RGBA
	tiles(r, 16, func(tile image.Rectangle) {
		kind := v.u8()
		if kind&1 != 0 {
			v.blit(tile, v.bytes(tile.Dx()*tile.Dy()*4), 4)
			return
		}
		if kind&2 != 0 {
			back = rgb(v.bytes(4))
		}
		v.fill(tile, back)
		if kind&4 != 0 {
			fore = rgb(v.bytes(4))
		}
		if kind&8 == 0 {
			return
		}
		for range v.u8() {
			if kind&16 != 0 {
				fore = rgb(v.bytes(4))
			}
			at, size := v.u8(), v.u8()
			corner := tile.Min.Add(image.Pt(at>>4, at&15))
			v.fill(image.Rectangle{corner, corner.Add(image.Pt(size>>4+1, size&15+1))}, fore)
		}
	})
}

func (v *viewer) zrle(r image.Rectangle) {
	data := v.bytes(v.u32())
	take := func(n int) []byte {
		b := v.inflate("zrle", data, n)
		data = nil
		return b
	}
	tiles(r, 64, func(tile image.Rectangle) {
		kind := int(take(1)[0])
		v.details[fmt.Sprintf("zrle tile %d", min(kind, 2)+kind/128*128)]++
		switch {
		case kind == 0:
			v.blit(tile, take(tile.Dx()*tile.Dy()*3), 3)
		case kind == 1:
			v.fill(tile, rgb(take(3)))
		case kind <= 16:
			v.zrlePacked(tile, take(kind*3), take)
		default:
			v.zrleRuns(tile, take((kind-128)*3), take)
		}
	})
}

func (v *viewer) zrlePacked(tile image.Rectangle, palette []byte, take func(int) []byte) {
	bits := 4
	if colours := len(palette) / 3; colours == 2 {
		bits = 1
	} else if colours <= 4 {
		bits = 2
	}
	for y := tile.Min.Y; y < tile.Max.Y; y++ {
		row := take((tile.Dx()*bits + 7) / 8)
		for i := range tile.Dx() {
			index := int(row[i*bits/8]) >> (8 - bits - i*bits%8) & (1<<bits - 1)
			v.screen.SetRGBA(tile.Min.X+i, y, rgb(palette[index*3:]))
		}
	}
}

func (v *viewer) zrleRuns(tile image.Rectangle, palette []byte, take func(int) []byte) {
	for i, n := 0, tile.Dx()*tile.Dy(); i < n; {
		var c color.RGBA
		single := false
		if len(palette) > 0 {
			index := int(take(1)[0])
			single = index < 128
			c = rgb(palette[index&127*3:])
		} else {
			c = rgb(take(3))
		}
		run := 1
		for !single {
			more := int(take(1)[0])
			run += more
			single = more != 255
		}
		for range run {
			v.screen.SetRGBA(tile.Min.X+i%tile.Dx(), tile.Min.Y+i/tile.Dx(), c)
			i++
		}
	}
}

func (v *viewer) tight(r image.Rectangle) {
	control := v.u8()
	for stream := range 4 {
		if control>>stream&1 != 0 {
			delete(v.streams, fmt.Sprint("tight ", stream))
		}
	}
	switch kind := control >> 4; kind {
	case 8:
		v.details["tight fill"]++
		v.fill(r, rgb(v.bytes(3)))
	case 9:
		v.details["tight jpeg"]++
		picture, err := jpeg.Decode(bytes.NewReader(v.bytes(v.compact())))
		must(err)
		draw.Draw(v.screen, r, picture, image.Point{}, draw.Src)
	case 10:
		v.details["tight png"]++
		picture, err := png.Decode(bytes.NewReader(v.bytes(v.compact())))
		must(err)
		draw.Draw(v.screen, r, picture, image.Point{}, draw.Src)
	default:
		v.tightBasic(r, kind)
	}
}

func (v *viewer) tightBasic(r image.Rectangle, kind int) {
	filter := 0
	if kind&4 != 0 {
		filter = v.u8()
	}
	v.details[fmt.Sprint("tight filter ", filter)]++
	stream := fmt.Sprint("tight ", kind&3)
	switch filter {
	case 0:
		v.blit(r, v.tightData(stream, r.Dx()*r.Dy()*3), 3)
	case 1:
		v.tightPalette(r, stream)
	case 2:
		v.blit(r, ungradient(v.tightData(stream, r.Dx()*r.Dy()*3), r.Dx()*3), 3)
	default:
		panic(fmt.Errorf("tight filter %d", filter))
	}
}

func (v *viewer) tightPalette(r image.Rectangle, stream string) {
	colours := v.u8() + 1
	palette := v.bytes(colours * 3)
	bits := 8
	if colours <= 2 {
		bits = 1
	}
	stride := (r.Dx()*bits + 7) / 8
	data := v.tightData(stream, stride*r.Dy())
	for y := range r.Dy() {
		for x := range r.Dx() {
			index := int(data[y*stride+x*bits/8]) >> (8 - bits - x*bits%8) & (1<<bits - 1)
			v.screen.SetRGBA(r.Min.X+x, r.Min.Y+y, rgb(palette[index*3:]))
		}
	}
}

// ungradient adds to each value what its neighbours foretell of it.
func ungradient(b []byte, stride int) []byte {
	near := func(i int, inside bool) int {
		if !inside {
			return 0
		}
		return int(b[i])
	}
	for i := range b {
		hasLeft, hasUp := i%stride >= 3, i >= stride
		guess := near(i-3, hasLeft) + near(i-stride, hasUp) - near(i-stride-3, hasLeft && hasUp)
		b[i] += byte(max(0, min(255, guess)))
	}
	return b
}

func (v *viewer) tightData(stream string, n int) []byte {
	if n < 12 {
		return v.bytes(n)
	}
	return v.inflate(stream, v.bytes(v.compact()), n)
}

// compact reads a length of one to three bytes.
func (v *viewer) compact() int {
	n := 0
	for shift := 0; ; shift += 7 {
		b := v.u8()
		if shift == 14 {
			return n | b<<14
		}
		n |= b & 127 << shift
		if b < 128 {
			return n
		}
	}
}
