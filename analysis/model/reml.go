package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// remlData is what the criterion needs of the rows. V is the covariance of the values divided by the residual variance:
// the identity, plus the ratio of the variances wherever two values are of one person. So its inverse is known in closed
// form, and only sums of each person are needed.
type remlData struct {
	f       *frame
	n, p    float64
	squares *mat.SymDense // X'X
	sums    *mat.Dense    // sums of the rows of X of each person
	sizes   []float64     // values of each person
	xy      []float64     // X'y
	sumY    []float64     // of each person
}

// A remlPoint is the criterion at one ratio of the variance between people to the residual variance.
type remlPoint struct {
	d        *remlData
	ratio    float64
	beta     []float64
	scale    float64       // residual variance that fits best
	inverse  *mat.SymDense // (X' V^-1 X)^-1
	pull     []float64     // Z' P y: what each person's values ask for
	grip     *mat.SymDense // Z' P Z, once prepared
	zx       *mat.Dense    // Z' V^-1 X
	deviance float64
	slope    float64       // of deviance along ratio
	spread   [2][2]float64 // covariance of the estimates of ratio and scale; see prepare
}

func newREML(f *frame) *remlData {
	n, p := f.x.Dims()
	d := &remlData{f: f, n: float64(n), p: float64(p), sums: mat.NewDense(f.N, p, nil), sizes: make([]float64, f.N), xy: make([]float64, p), sumY: make([]float64, f.N)}
	var squares mat.SymDense
	squares.SymOuterK(1, f.x.T())
	d.squares = &squares
	for i, who := range f.person {
		d.sizes[who]++
		d.sumY[who] += f.y[i]
		for j := range p {
			d.sums.Set(who, j, d.sums.At(who, j)+f.x.At(i, j))
			d.xy[j] += f.x.At(i, j) * f.y[i]
		}
	}
	return d
}

// at evaluates the criterion. It is nil where the matrices are singular to rounding.
func (d *remlData) at(ratio float64) *remlPoint {
	pt := &remlPoint{d: d, ratio: ratio}
	p := len(d.xy)
	precision := mat.NewSymDense(p, nil)
	precision.CopySym(d.squares)
	right := append([]float64(nil), d.xy...)
	logV := 0.0
	for i, size := range d.sizes {
		w := ratio / (1 + size*ratio)
		row := d.sums.RawRowView(i)
		precision.SymRankOne(precision, -w, mat.NewVecDense(p, row))
		for j := range right {
			right[j] -= w * row[j] * d.sumY[i]
		}
		logV += math.Log1p(size * ratio)
	}
	var chol mat.Cholesky
	if !chol.Factorize(precision) {
		return nil
	}
	var beta mat.VecDense
	if chol.SolveVecTo(&beta, mat.NewVecDense(p, right)) != nil {
		return nil
	}
	pt.beta = beta.RawVector().Data
	pt.inverse = mat.NewSymDense(p, nil)
	if chol.InverseTo(pt.inverse) != nil {
		return nil
	}
	pt.scale = pt.residuals() / (d.n - d.p)
	pt.deviance = (d.n-d.p)*(math.Log(2*math.Pi*pt.scale)+1) + logV + chol.LogDet()
	pt.slope = pt.trace() - dot(pt.pull, pt.pull)/pt.scale
	return pt
}

// residuals returns y' P y and fills in pull.
func (pt *remlPoint) residuals() float64 {
	d := pt.d
	total := 0.0
	own := make([]float64, len(d.sizes))
	for i, y := range d.f.y {
		e := y - dot(d.f.x.RawRowView(i), pt.beta)
		total += e * e
		own[d.f.person[i]] += e
	}
	pt.pull = make([]float64, len(own))
	for i, e := range own {
		within := 1 + d.sizes[i]*pt.ratio
		total -= pt.ratio / within * e * e
		pt.pull[i] = e / within
	}
	return total
}

// trace fills in zx and returns the trace of Z' P Z.
func (pt *remlPoint) trace() float64 {
	d := pt.d
	q, p := d.sums.Dims()
	pt.zx = mat.NewDense(q, p, nil)
	trace := 0.0
	for i, size := range d.sizes {
		for j := range p {
			pt.zx.Set(i, j, d.sums.At(i, j)/(1+size*pt.ratio))
		}
		row := pt.zx.RowView(i)
		trace += size/(1+size*pt.ratio) - mat.Inner(row, pt.inverse, row)
	}
	return trace
}

// grips fills in grip.
func (pt *remlPoint) grips() {
	d := pt.d
	q, _ := d.sums.Dims()
	var half, full mat.Dense
	half.Mul(pt.zx, pt.inverse)
	full.Mul(&half, pt.zx.T())
	pt.grip = mat.NewSymDense(q, nil)
	for i := range q {
		for j := i; j < q; j++ {
			own := 0.0
			if i == j {
				own = d.sizes[i] / (1 + d.sizes[i]*pt.ratio)
			}
			pt.grip.SetSym(i, j, own-full.At(i, j))
		}
	}
}

// best finds the ratio that fits best: the best of a grid, and then, between its neighbours, where the slope is 0.
func (d *remlData) best() (*remlPoint, error) {
	ratios := []float64{0}
	for e := -8.0; e <= 8; e += 0.5 {
		ratios = append(ratios, math.Pow(10, e))
	}
	var points []*remlPoint
	at := 0
	for i, r := range ratios {
		pt := d.at(r)
		if pt == nil || !(pt.scale > 1e-14*d.size()) {
			return nil, errNothingLeft()
		}
		if points = append(points, pt); pt.deviance < points[at].deviance {
			at = i
		}
	}
	if at == len(points)-1 {
		return nil, errNothingLeft()
	}
	if at == 0 && points[0].slope >= 0 {
		return points[0], nil
	}
	low, high := points[max(0, at-1)].ratio, points[at+1].ratio
	if points[at].slope < 0 {
		low = points[at].ratio
	} else {
		high = points[at].ratio
	}
	best := points[at]
	for range 200 {
		middle := low/2 + high/2
		pt := d.at(middle)
		if pt == nil {
			return nil, refuse("The linear model did not converge.")
		}
		best = pt
		if middle == low || middle == high {
			break
		}
		if pt.slope < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return best, nil
}

func errNothingLeft() error {
	return refuse("The conditions and the person explain every value to the last digit, so nothing is left by which a linear model could judge differences.")
}

// size is the mean square of the values around their mean: what scale is compared with.
func (d *remlData) size() float64 {
	mean, m := 0.0, 0.0
	for _, y := range d.f.y {
		mean += y / d.n
	}
	for _, y := range d.f.y {
		m += (y - mean) * (y - mean) / d.n
	}
	return m
}

// prepare computes how sure the variances are: twice the inverse of the second derivatives of the deviance. Where the ratio
// is 0, the edge of what it can be, only the residual variance has a spread.
func (pt *remlPoint) prepare() {
	left := pt.d.n - pt.d.p
	ss := left / (pt.scale * pt.scale)
	if pt.ratio == 0 {
		pt.spread[1][1] = 2 / ss
		return
	}
	pt.grips()
	pull := mat.NewVecDense(len(pt.pull), pt.pull)
	rs := mat.Dot(pull, pull) / (pt.scale * pt.scale)
	norm := mat.Norm(pt.grip, 2)
	rr := 2*mat.Inner(pull, pt.grip, pull)/pt.scale - norm*norm
	det := rr*ss - rs*rs
	pt.spread = [2][2]float64{{2 * ss / det, -2 * rs / det}, {-2 * rs / det, 2 * rr / det}}
}

// variance of the combination l of the coefficients.
func (pt *remlPoint) variance(l []float64) float64 {
	v := mat.NewVecDense(len(l), l)
	return pt.scale * mat.Inner(v, pt.inverse, v)
}

// df is Satterthwaite's: twice the squared variance of l, divided by the variance of that variance.
func (pt *remlPoint) df(l []float64) float64 {
	var load, along mat.VecDense
	load.MulVec(pt.inverse, mat.NewVecDense(len(l), l))
	along.MulVec(pt.zx, &load)
	slope := [2]float64{pt.scale * mat.Dot(&along, &along), dot(l, load.RawVector().Data)}
	v, of := pt.variance(l), 0.0
	for i := range slope {
		for j := range slope {
			of += slope[i] * slope[j] * pt.spread[i][j]
		}
	}
	return 2 * v * v / of
}
