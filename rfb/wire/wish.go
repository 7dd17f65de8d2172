package wire

// Wishes of our own, as pseudo-encodings in a range that nobody else uses. Viewers do not have them: whoever passes a viewer's
// encodings to our server adds them.
const (
	filmRate  Encoding = 0x766d0000 // "vm", and a number
	frameRate Encoding = 0x766e0000
	mostWish           = 0xffff

	// DrawnPointer is the wish that the pointer is a part of the picture, where the machine has it.
	DrawnPointer Encoding = 0x766f0001
)

// filmUnit is the unit of FilmRate's number, in bits a second.
const filmUnit = 10_000

// FilmRate returns the wish that films are sent as H264, if the viewer can draw that, and take at most so many bits a second:
// up to 655 million.
func FilmRate(bits int64) Encoding {
	return filmRate + Encoding(min(max(bits/filmUnit, 1), mostWish))
}

// FrameRate returns the wish for at most n updates a second.
func FrameRate(n int) Encoding { return frameRate + Encoding(min(max(n, 1), mostWish)) }

// Wishes returns what FilmRate and FrameRate wish for in m; 0 for what is not wished for.
func (m SetEncodings) Wishes() (bits int64, frames int) {
	for _, e := range m {
		switch {
		case e > filmRate && e <= filmRate+mostWish:
			bits = int64(e-filmRate) * filmUnit
		case e > frameRate && e <= frameRate+mostWish:
			frames = int(e - frameRate)
		}
	}
	return bits, frames
}
