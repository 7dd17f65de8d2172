package jpeg

// standard has the steps of brightness and of colours at quality 50, row by row: ITU-T T.81, tables K.1 and K.2.
var standard = [2][64]uint8{
	{
		16, 11, 10, 16, 24, 40, 51, 61,
		12, 12, 14, 19, 26, 58, 60, 55,
		14, 13, 16, 24, 40, 57, 69, 56,
		14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77,
		24, 35, 55, 64, 81, 104, 113, 92,
		49, 64, 78, 87, 103, 121, 120, 101,
		72, 92, 95, 98, 112, 100, 103, 99,
	},
	{
		17, 18, 24, 47, 99, 99, 99, 99,
		18, 21, 26, 66, 99, 99, 99, 99,
		24, 26, 56, 99, 99, 99, 99, 99,
		47, 66, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
	},
}

// zigzag says where in a block the values stand in the order in which they are sent: T.81, figure A.6.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
}

// quantiser divides frequencies by steps.
type quantiser struct {
	steps [64]uint8   // as they are sent
	by    [64]float32 // what a frequency, as transform returns it, is multiplied by, in the order in which it is sent
}

// newQuantiser returns the quantiser of a quality from 1 to 100, whose steps are made of the standard ones as libjpeg does it.
func newQuantiser(steps *[64]uint8, quality int) (q quantiser) {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	for i, at := range zigzag {
		step := min(max((int(steps[at])*scale+50)/100, 1), 255)
		q.steps[i] = uint8(step)
		q.by[i] = float32(1 / (float64(step) * 8 * scales[at/8] * scales[at%8]))
	}
	return q
}

// rounding is from where on a value other than the block's mean is rounded up.
const rounding = 0.5

// apply puts the quantised frequencies into z, in the order in which they are sent, and returns where the last that is not
// zero ends.
func (q *quantiser) apply(b *[64]float32, z *[64]int32) (end int) {
	z[0] = round(b[0]*q.by[0], 0.5)
	end = 1
	for i := 1; i < 64; i++ {
		v := b[zigzag[i]&63] * q.by[i]
		if v < rounding && v > -rounding {
			continue
		}
		z[i] = round(v, 1-rounding)
		end = i + 1
	}
	return end
}

// round returns v rounded towards zero after up was added to its amount.
func round(v, up float32) int32 {
	if v < 0 {
		return -int32(up - v)
	}
	return int32(v + up)
}
