package model

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A maximum is where a likelihood is greatest.
type maximum struct {
	psi        []float64
	logLik     float64
	covariance *mat.SymDense // of thresholds and coefficients: without sigma
	singular   bool          // sigma is 0
}

const (
	// flat is below which sigma counts as 0: its effect on any number is of the order of its square.
	flat = 1e-3
	// walk is how many steps the search takes at most with approximate second derivatives. Ten are usual.
	walk = 100
	// polish is how many it takes at most with those by differences. One is usual.
	polish = 50
	// settled is the gain of a step, relative to the log likelihood, at which there is nothing left to gain.
	settled = 1e-14
)

// maximum climbs from start by Newton's method. Second derivatives by differences cost as much as twice as many evaluations as there are
// parameters; so it walks with approximate ones first. If it finds no maximum, psi is where it gave up.
func (c *cumulative) maximum(start []float64) (maximum, error) {
	psi := c.walk(start)
	n := c.size()
	g := make([]float64, n)
	for range polish {
		log := c.logLik(psi, g)
		hessian := c.differences(psi)
		if psi[n-1] == 0 && hessian.At(n-1, n-1) < 0 { // sigma's slope is 0 at 0, even where going either way leads up
			psi[n-1] = 0.5
			psi = c.walk(psi)
			continue
		}
		step, covariance, err := climb(hessian.SliceSym(0, free(psi)).(*mat.SymDense), g[:free(psi)])
		if err != nil || math.IsInf(log, 0) || math.IsNaN(log) {
			break
		}
		if covariance != nil && dot(g[:len(step)], step) < settled*(1+math.Abs(log)) {
			return maximum{psi: psi, logLik: log, covariance: mat.NewSymDense(n-1, trim(covariance, n-1)), singular: psi[n-1] == 0}, nil
		}
		next := c.along(psi, step, log)
		if next == nil {
			break
		}
		psi = next
	}
	return maximum{psi: psi}, refuse("The model did not converge: where the search ended, its likelihood has no maximum.")
}

// free returns how many parameters may move: at the edge, where sigma is 0, all but sigma, whose slope is 0 there.
func free(psi []float64) int {
	if psi[len(psi)-1] == 0 {
		return len(psi) - 1
	}
	return len(psi)
}

// walk climbs with approximate second derivatives as far as these lead.
func (c *cumulative) walk(psi []float64) []float64 {
	g := make([]float64, len(psi))
	for range walk {
		log := c.logLik(psi, g)
		step, _, err := climb(c.curvature(psi).SliceSym(0, free(psi)).(*mat.SymDense), g[:free(psi)])
		if err != nil || dot(g[:len(step)], step) < settled*(1+math.Abs(log)) {
			break
		}
		next := c.along(psi, step, log)
		if next == nil {
			break
		}
		psi = next
	}
	return psi
}

// along takes a step, or the half of it that does not lead down, or is nil. A sigma that has become flat is 0 from then on.
func (c *cumulative) along(psi, step []float64, log float64) []float64 {
	g := make([]float64, len(psi))
	for by := 1.0; by > 1e-6; by /= 2 {
		next := append([]float64(nil), psi...)
		for j, s := range step {
			next[j] += by * s
		}
		if last := len(next) - 1; math.Abs(next[last]) < flat {
			next[last] = 0
		}
		if c.logLik(next, g) >= log-1e-12*math.Abs(log) {
			return next
		}
	}
	return nil
}

var errFlat = errors.New("the likelihood is flat")

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
		var s mat.VecDense
		if !chol.Factorize(raised) || chol.SolveVecTo(&s, mat.NewVecDense(n, g)) != nil {
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

// differences returns minus the second derivatives at psi, from first ones on either side.
func (c *cumulative) differences(psi []float64) *mat.SymDense {
	n := len(psi)
	up, down := make([]float64, n), make([]float64, n)
	full := mat.NewDense(n, n, nil)
	at := append([]float64(nil), psi...)
	for j := range n {
		step := 1e-5 * max(1, math.Abs(psi[j]))
		at[j] = psi[j] + step
		c.logLik(at, up)
		at[j] = psi[j] - step
		c.logLik(at, down)
		at[j] = psi[j]
		for i := range n {
			full.Set(i, j, (down[i]-up[i])/(2*step))
		}
	}
	h := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			h.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
	}
	return h
}
