package jpeg

// transform replaces 8x8 values by their frequencies, row by row, each multiplied by 8 and by two of scales: the
// quantiser takes that back. It is the scaled transform of Arai, Agui and Nakajima ("A fast DCT-SQ scheme for images",
// 1988), with 5 multiplications for each row and column.
func transform(b *[64]float32) {
	for i := 0; i < 64; i += 8 {
		r := b[i : i+8 : i+8]
		r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7] = line(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7])
	}
	for i := range 8 {
		b[i], b[i+8], b[i+16], b[i+24], b[i+32], b[i+40], b[i+48], b[i+56] = line(b[i], b[i+8], b[i+16], b[i+24], b[i+32], b[i+40], b[i+48], b[i+56])
	}
}

// line transforms one row or column.
func line(v0, v1, v2, v3, v4, v5, v6, v7 float32) (f0, f1, f2, f3, f4, f5, f6, f7 float32) {
	s0, d0 := v0+v7, v0-v7
	s1, d1 := v1+v6, v1-v6
	s2, d2 := v2+v5, v2-v5
	s3, d3 := v3+v4, v3-v4

	a, b := s0+s3, s1+s2
	f0, f4 = a+b, a-b
	c, d := s1-s2, s0-s3
	z := (c + d) * 0.707106781 // cos(4π/16)
	f2, f6 = d+z, d-z

	a, b, c = d3+d2, d2+d1, d1+d0
	z5 := (a - c) * 0.382683433 // cos(6π/16)
	z2 := 0.541196100*a + z5    // cos(2π/16) - cos(6π/16)
	z4 := 1.306562965*c + z5    // cos(2π/16) + cos(6π/16)
	z3 := b * 0.707106781
	z1 := d0 + z3
	z0 := d0 - z3
	return f0, z1 + z4, f2, z0 - z2, f4, z0 + z2, f6, z1 - z4
}

// scales are by what transform multiplies the frequencies, for each direction: 1, and cos(kπ/16)·√2.
var scales = [8]float64{1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.541196100, 0.275899379}
