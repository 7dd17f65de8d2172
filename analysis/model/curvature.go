package model

import "gonum.org/v1/gonum/mat"

// curvature returns about minus the second derivatives of logLik at psi, of the heights at the modes that logLik has found there. That the
// widths change, too, is left out, so Newton's steps with it come near quickly and then need some more.
func (c *cumulative) curvature(psi []float64) *mat.SymDense {
	n := c.size()
	h := mat.NewSymDense(n, nil)
	w := newSummary(n)
	slope := mat.NewVecDense(n, w.dslope)
	for i, rows := range c.people {
		v := c.modes[i]
		for _, row := range rows {
			c.bend(h, psi, row, v)
		}
		c.summarize(psi, rows, v, w)
		h.SymRankOne(h, -1/w.bend, slope) // the mode moves along
	}
	return h
}

// bend adds minus the second derivatives of the log probability of one row.
func (c *cumulative) bend(h *mat.SymDense, psi []float64, row int, v float64) {
	a := c.answer(psi, row, v)
	da, db := a.fa*(1-a.fa), a.fb*(1-a.fb)
	apart := a.odds * (1 + a.odds) // of the distance of the two thresholds
	at := make([]int, 0, c.slopes+1)
	by := make([]float64, 0, c.slopes+1)
	for j, x := range append(append([]float64(nil), c.x[row]...), v) {
		if x != 0 {
			at, by = append(at, c.cuts+j), append(by, x)
		}
	}
	add := func(i, j int, x float64) { h.SetSym(i, j, h.At(i, j)+x) }
	for k, j := range at {
		for l, i := range at[:k+1] {
			add(i, j, (da+db)*by[k]*by[l])
		}
	}
	y := c.y[row]
	if y < c.cuts {
		add(y, y, da+apart)
		for k, j := range at {
			add(y, j, -da*by[k])
		}
	}
	if y > 0 {
		add(y-1, y-1, db+apart)
		for k, j := range at {
			add(y-1, j, -db*by[k])
		}
	}
	if y > 0 && y < c.cuts {
		add(y-1, y, -apart)
	}
}
