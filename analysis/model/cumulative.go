package model

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// A cumulative is the likelihood of a cumulative logit model with a random intercept:
//
//	P(Y <= j) = F(theta[j] - x'b - sigma v),  F(z) = 1/(1 + exp(-z)),  v standard normal.
//
// The parameters stand in one slice: thresholds, coefficients, sigma. The integral over each person's v is taken around its mode:
// at the mode alone (Laplace), or at the points of adaptive Gauss-Hermite quadrature. Both have exact derivatives here, with those of
// the mode and of the width of the points.
//
// Sources: Agresti, Analysis of Ordinal Categorical Data, 2nd ed. (2010), chapter 10; Tuerlinckx, Rijmen, Verbeke and De Boeck,
// Statistical inference in generalized linear mixed models: a review (2006); Christensen, ordinal (2019), for the same model in R.
type cumulative struct {
	x      [][]float64 // of each row, without the intercept
	y      []int       // category of each row, below cuts+1
	people [][]int     // rows of each person
	cuts   int         // thresholds
	slopes int         // coefficients
	points []float64   // sqrt(2) times the points of quadrature; {0} for Laplace
	logs   []float64   // log of their weights
	modes  []float64   // of each person, from the last evaluation: where the next begins
}

func newCumulative(f *frame, category []int, cuts, points int) *cumulative {
	c := &cumulative{y: category, people: make([][]int, f.N), cuts: cuts, slopes: len(f.names) - 1, modes: make([]float64, f.N)}
	for i, who := range f.person {
		c.people[who] = append(c.people[who], i)
		c.x = append(c.x, f.x.RawRowView(i)[1:])
	}
	at, weights := make([]float64, points), make([]float64, points)
	quad.Hermite{}.FixedLocations(at, weights, math.Inf(-1), math.Inf(1))
	for i, z := range at {
		c.points = append(c.points, math.Sqrt2*z)
		c.logs = append(c.logs, math.Log(weights[i])+z*z-math.Log(math.Pi)/2)
	}
	return c
}

func (c *cumulative) size() int { return c.cuts + c.slopes + 1 }

// logLik returns the log likelihood at psi and fills in its derivatives. It is -Inf where thresholds are out of order or a mode
// cannot be found.
func (c *cumulative) logLik(psi, gradient []float64) float64 {
	clear(gradient)
	for j := 1; j < c.cuts; j++ {
		if !(psi[j] > psi[j-1]) {
			return math.Inf(-1)
		}
	}
	total := 0.0
	w := newSummary(c.size())
	for i, rows := range c.people {
		v, found := c.mode(psi, rows, c.modes[i])
		if !found {
			return math.Inf(-1)
		}
		c.modes[i] = v
		total += c.integral(psi, rows, v, w, gradient)
	}
	return total
}

// A summary is h(v) = log P(answers | v) - v^2/2 of one person, with derivatives. Of h itself those along the parameters
// are with v held.
type summary struct {
	h, slope, bend, twist float64   // h and its first derivatives along v; bend is minus the second
	dh, dslope, dbend     []float64 // along each parameter
	sum                   []float64 // room for integral
}

func newSummary(n int) *summary {
	return &summary{dh: make([]float64, n), dslope: make([]float64, n), dbend: make([]float64, n), sum: make([]float64, n)}
}

// mode finds the maximum of h, which is concave, by Newton's method with halved steps.
func (c *cumulative) mode(psi []float64, rows []int, start float64) (float64, bool) {
	v := start
	h, slope, bend := c.level(psi, rows, v)
	for range 100 {
		step := slope / bend
		if math.Abs(step) < 1e-12*(1+math.Abs(v)) {
			return v, true
		}
		better := false
		for range 60 {
			if next, s, b := c.level(psi, rows, v+step); next >= h-1e-13*math.Abs(h) && !math.IsNaN(next) {
				v, h, slope, bend, better = v+step, next, s, b, true
				break
			}
			step /= 2
		}
		if !better {
			return v, !math.IsNaN(h) && math.Abs(slope) < 1e-6*bend
		}
	}
	return v, math.Abs(slope) < 1e-8*bend
}

// level is h with its slope and bend along v, without what only gradients need.
func (c *cumulative) level(psi []float64, rows []int, v float64) (h, slope, bend float64) {
	sigma := psi[len(psi)-1]
	h, slope, bend = -v*v/2, -v, 1
	for _, i := range rows {
		a := c.answer(psi, i, v)
		h += a.log
		slope += sigma * (a.fa + a.fb - 1)
		bend += sigma * sigma * (a.fa*(1-a.fa) + a.fb*(1-a.fb))
	}
	return h, slope, bend
}

// An answer is one row at one v: log of its probability, and F at the threshold above it and below it. Beyond the outer
// categories F is 1 and 0.
type answer struct {
	log, fa, fb float64
	odds        float64 // 1/(exp(width) - 1), where width is the distance of the two thresholds; 0 in the outer categories
}

func (c *cumulative) answer(psi []float64, row int, v float64) answer {
	y := c.y[row]
	eta := dot(c.x[row], psi[c.cuts:c.cuts+c.slopes]) + psi[len(psi)-1]*v
	a := answer{fa: 1}
	if y < c.cuts {
		z := psi[y] - eta
		a.fa = logistic(z)
		a.log -= softplus(-z)
	}
	if y > 0 {
		z := psi[y-1] - eta
		a.fb = logistic(z)
		a.log -= softplus(z)
	}
	if y > 0 && y < c.cuts { // F(a)-F(b) = F(a) (1-F(b)) (1-exp(b-a)), which loses no digits far out
		width := psi[y] - psi[y-1]
		a.log += math.Log(-math.Expm1(-width))
		a.odds = 1 / math.Expm1(width)
	}
	return a
}

// summarize fills in w at v.
func (c *cumulative) summarize(psi []float64, rows []int, v float64, w *summary) {
	clear(w.dh)
	clear(w.dslope)
	clear(w.dbend)
	last := len(psi) - 1
	sigma := psi[last]
	w.h, w.slope, w.bend, w.twist = -v*v/2, -v, 1, 0
	for _, i := range rows {
		a := c.answer(psi, i, v)
		da, db := a.fa*(1-a.fa), a.fb*(1-a.fb)             // F'
		ca, cb := da*(1-2*a.fa), db*(1-2*a.fb)             // F''
		pull, hold, lean := a.fa+a.fb-1, da+db, -(ca + cb) // the derivative of the log along eta, minus the second, and the derivative of hold
		w.h += a.log
		w.slope += sigma * pull
		w.bend += sigma * sigma * hold
		w.twist += sigma * sigma * sigma * lean
		w.dh[last] += pull * v
		w.dslope[last] += pull - sigma*hold*v
		w.dbend[last] += 2*sigma*hold + sigma*sigma*lean*v
		for j, x := range c.x[i] {
			w.dh[c.cuts+j] += pull * x
			w.dslope[c.cuts+j] -= sigma * hold * x
			w.dbend[c.cuts+j] += sigma * sigma * lean * x
		}
		if y := c.y[i]; y < c.cuts {
			w.dh[y] += 1 - a.fa + a.odds
			w.dslope[y] += sigma * da
			w.dbend[y] += sigma * sigma * ca
		}
		if y := c.y[i]; y > 0 {
			w.dh[y-1] -= a.fb + a.odds
			w.dslope[y-1] += sigma * db
			w.dbend[y-1] += sigma * sigma * cb
		}
	}
}

// integral returns the log of one person's likelihood, by points around the mode v, and adds its derivatives to gradient.
func (c *cumulative) integral(psi []float64, rows []int, v float64, w *summary, gradient []float64) float64 {
	c.summarize(psi, rows, v, w)
	bend := w.bend
	root := math.Sqrt(bend)
	shift, widen := make([]float64, len(psi)), make([]float64, len(psi)) // derivatives of mode and bend along each parameter
	for j := range psi {
		shift[j] = w.dslope[j] / bend
		widen[j] = w.dbend[j] + w.twist*shift[j]
		gradient[j] -= widen[j] / bend / 2
	}
	if len(c.points) == 1 {
		for j := range psi {
			gradient[j] += w.dh[j]
		}
		return w.h - math.Log(bend)/2
	}
	heights := make([]float64, len(c.points))
	top := math.Inf(-1)
	for q, p := range c.points {
		h, _, _ := c.level(psi, rows, v+p/root)
		heights[q] = h + c.logs[q]
		top = max(top, heights[q])
	}
	mass := 0.0
	clear(w.sum)
	for q, p := range c.points {
		share := math.Exp(heights[q] - top)
		mass += share
		if share < 1e-18 {
			continue
		}
		c.summarize(psi, rows, v+p/root, w)
		for j := range psi {
			w.sum[j] += share * (w.dh[j] + w.slope*(shift[j]-p*widen[j]/(2*bend*root)))
		}
	}
	for j, s := range w.sum {
		gradient[j] += s / mass
	}
	return top + math.Log(mass) - math.Log(bend)/2
}

func logistic(z float64) float64 {
	if z < 0 {
		e := math.Exp(z)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-z))
}

// softplus is log(1 + exp(z)).
func softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }
