package thinbench

import "image"

const (
	window = 8 // the width and height of a window, in pixels
	step   = 4 // from one window to the next
)

// The constants that keep the quotient stable, for a brightness from 0 to 255.
const (
	c1 = (0.01 * 255) * (0.01 * 255)
	c2 = (0.03 * 255) * (0.03 * 255)
)

// ssim returns how alike two pictures of the same size look, from -1 to 1, where 1 is the same: the structural similarity of their
// brightness, in windows of 8x8 pixels. Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to
// structural similarity", 2004.
func ssim(a, b *image.RGBA) float64 {
	size := a.Rect.Size()
	brightA, brightB := brightness(a), brightness(b)
	sum, n := 0.0, 0
	for y := 0; y+window <= size.Y; y += step {
		for x := 0; x+window <= size.X; x += step {
			sum += similarity(brightA, brightB, y*size.X+x, size.X)
			n++
		}
	}
	return sum / float64(max(n, 1))
}

// brightness returns the brightness of each pixel, from 0 to 255: ITU-R BT.601.
func brightness(m *image.RGBA) []float64 {
	size := m.Rect.Size()
	out := make([]float64, 0, size.X*size.Y)
	for y := range size.Y {
		row := m.Pix[y*m.Stride:][:4*size.X]
		for ; len(row) >= 4; row = row[4:] {
			out = append(out, 0.299*float64(row[0])+0.587*float64(row[1])+0.114*float64(row[2]))
		}
	}
	return out
}

// similarity compares one window, which begins at the given place, in rows that are stride apart.
func similarity(a, b []float64, at, stride int) float64 {
	const n = window * window
	var sumA, sumB, squareA, squareB, product float64
	for range window {
		for x := range window {
			p, q := a[at+x], b[at+x]
			sumA, sumB = sumA+p, sumB+q
			squareA, squareB, product = squareA+p*p, squareB+q*q, product+p*q
		}
		at += stride
	}
	meanA, meanB := sumA/n, sumB/n
	varA, varB, both := squareA/n-meanA*meanA, squareB/n-meanB*meanB, product/n-meanA*meanB
	return (2*meanA*meanB + c1) * (2*both + c2) / ((meanA*meanA + meanB*meanB + c1) * (varA + varB + c2))
}
