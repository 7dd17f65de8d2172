package model

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// A maximum is where a likelihood is greatest.
type maximum struct {
	psi        []float64
	logLik     float64
	covariance *mat.SymDense // of thresholds and coefficients: without sigma
	singular   bool          // sigma is 0
}

// flat is below which sigma counts as 0: its effect on any number is of the order of its square.
const flat = 1e-3

// maximum climbs from start. If it finds none, psi is where it gave up. The optimiser sees the first threshold and the logarithms of the distances between the others, so that they
// stay in order. Newton's steps of our own, in the parameters themselves, bring the last digits.
func (c *cumulative) maximum(start []float64) (maximum, error) {
	n := c.size()
	inner := make([]float64, n)
	minus := func(x []float64) float64 { return -c.logLik(c.open(x), inner) }
	slope := func(g, x []float64) {
		c.logLik(c.open(x), g)
		c.fold(g, x)
		for j := range g {
			g[j] = -g[j]
		}
	}
	problem := optimize.Problem{
		Func: minus, Grad: slope,
		Hess: func(h *mat.SymDense, x []float64) { differences(h, x, slope) },
	}
	settings := &optimize.Settings{GradientThreshold: 1e-2, MajorIterations: 60, FuncEvaluations: 2000}
	found, err := optimize.Minimize(problem, c.close(start), settings, &optimize.Newton{})
	if found == nil {
		return maximum{psi: start}, refuse("The model did not converge: %v.", err)
	}
	return c.polish(c.open(found.X))
}

// open makes parameters of what the optimiser sees; close is its inverse.
func (c *cumulative) open(x []float64) []float64 {
	psi := append([]float64(nil), x...)
	for j := 1; j < c.cuts; j++ {
		psi[j] = psi[j-1] + math.Exp(x[j])
	}
	return psi
}

func (c *cumulative) close(psi []float64) []float64 {
	x := append([]float64(nil), psi...)
	for j := 1; j < c.cuts; j++ {
		x[j] = math.Log(psi[j] - psi[j-1])
	}
	return x
}

// fold turns derivatives along the parameters into those along what the optimiser sees.
func (c *cumulative) fold(g, x []float64) {
	for j := c.cuts - 2; j >= 0; j-- {
		g[j] += g[j+1]
	}
	for j := 1; j < c.cuts; j++ {
		g[j] *= math.Exp(x[j])
	}
}

// steps is how many Newton's steps polish takes at most. Two or three are usual.
const steps = 50

// polish takes Newton's steps until there is nothing left to gain, and refuses if there always is. Where the likelihood is not curved like
// a summit it goes uphill instead.
func (c *cumulative) polish(psi []float64) (maximum, error) {
	n := c.size()
	g := make([]float64, n)
	minus := func(g, x []float64) {
		c.logLik(x, g)
		for j := range g {
			g[j] = -g[j]
		}
	}
	for range steps {
		if math.Abs(psi[n-1]) < flat {
			psi[n-1] = 0
		}
		log := c.logLik(psi, g)
		hessian := mat.NewSymDense(n, nil)
		differences(hessian, psi, minus)
		if psi[n-1] == 0 && hessian.At(n-1, n-1) < 0 { // sigma's slope is 0 at 0, even where going either way leads up
			psi[n-1] = 0.5
			continue
		}
		free := n
		if psi[n-1] == 0 {
			free--
		}
		step, covariance, err := climb(hessian.SliceSym(0, free).(*mat.SymDense), g[:free])
		if err != nil || math.IsInf(log, 0) || math.IsNaN(log) {
			break
		}
		if covariance != nil && dot(g[:free], step) < 1e-14*(1+math.Abs(log)) {
			return maximum{psi: psi, logLik: log, covariance: mat.NewSymDense(n-1, trim(covariance, n-1)), singular: psi[n-1] == 0}, nil
		}
		next := c.along(psi, step, log)
		if next == nil {
			break
		}
		psi = next
	}
	return maximum{psi: psi}, refuse("The model did not converge: where the search ended after %d steps at most, its likelihood has no maximum.", steps)
}

// climb returns Newton's step for minus the second derivatives h and the slope g. Where h is not positive definite, what is added to its
// diagonal turns the step uphill, and there is no covariance.
func climb(h *mat.SymDense, g []float64) (step []float64, covariance *mat.SymDense, err error) {
	n := len(g)
	for ridge := 0.0; ridge < 1e6; ridge = max(1e-3, 10*ridge) {
		raised := mat.NewSymDense(n, nil)
		raised.CopySym(h)
		for j := range n {
			raised.SetSym(j, j, h.At(j, j)+ridge)
		}
		var chol mat.Cholesky
		if !chol.Factorize(raised) {
			continue
		}
		var s mat.VecDense
		if err := chol.SolveVecTo(&s, mat.NewVecDense(n, g)); err != nil {
			continue
		}
		if ridge == 0 {
			covariance = mat.NewSymDense(n, nil)
			if err := chol.InverseTo(covariance); err != nil {
				return nil, nil, err
			}
		}
		return s.RawVector().Data, covariance, nil
	}
	return nil, nil, errFlat
}

var errFlat = errors.New("the likelihood is flat")

// along takes a step, or the half of it that does not lead down, or is nil.
func (c *cumulative) along(psi, step []float64, log float64) []float64 {
	g := make([]float64, len(psi))
	for by := 1.0; by > 1e-6; by /= 2 {
		next := append([]float64(nil), psi...)
		for j, s := range step {
			next[j] += by * s
		}
		if c.logLik(next, g) >= log-1e-12*math.Abs(log) {
			return next
		}
	}
	return nil
}

// trim returns the first n rows and columns.
func trim(s *mat.SymDense, n int) []float64 {
	var out []float64
	for i := range n {
		for j := range n {
			out = append(out, s.At(i, j))
		}
	}
	return out
}

// differences fills in second derivatives from first ones, on either side.
func differences(h *mat.SymDense, x []float64, slope func(g, x []float64)) {
	n := len(x)
	up, down := make([]float64, n), make([]float64, n)
	full := mat.NewDense(n, n, nil)
	at := append([]float64(nil), x...)
	for j := range n {
		step := 1e-5 * max(1, math.Abs(x[j]))
		at[j] = x[j] + step
		slope(up, at)
		at[j] = x[j] - step
		slope(down, at)
		at[j] = x[j]
		for i := range n {
			full.Set(i, j, (up[i]-down[i])/(2*step))
		}
	}
	for i := range n {
		for j := i; j < n; j++ {
			h.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
	}
}
