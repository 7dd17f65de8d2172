package jpeg

import "math/bits"

// A word is a symbol and the bits that follow it. It has, from the top, the number of the code (8 bits), the symbol (8), whose
// lower half is the number of the bits, and the bits (16).
type word uint32

// histogram counts how often each symbol is used.
type histogram [256]uint32

// codes are the bits that stand for symbols.
type codes struct {
	lengths [16]uint8 // how many codes have 1 to 16 bits
	symbols []uint8   // by the lengths of their codes
	code    [256]uint16
	length  [256]uint8
}

// note notes a value after some zeros. Of code 0 and 1 it is a difference of means; of 2 and 3 a frequency.
func (e *Encoder) note(code, zeros int, value int32) {
	amount := value
	if value < 0 {
		amount, value = -value, value-1
	}
	size := bits.Len32(uint32(amount))
	e.put(code, zeros<<4|size, uint32(value)&(1<<size-1))
}

func (e *Encoder) put(code, symbol int, extra uint32) {
	e.uses[code][symbol]++
	e.words = append(e.words, word(code)<<24|word(symbol)<<16|word(extra))
}

// merging is the memory for making codes.
type merging struct {
	count [257]uint32
	size  [257]uint8
	next  [257]int16 // the next of the symbols that were merged; -1 after the last
	live  []int16    // one of each group of symbols
}

// noSymbol is a symbol that is never used. It gets a code so that none consists of ones only.
const noSymbol = 256

// maxBits is how many bits a code has at most.
const maxBits = 16

// codesFor makes the best codes for the symbols of h: ITU-T T.81, section K.2.
func (m *merging) codesFor(h *histogram, c *codes) {
	m.live = m.live[:0]
	for i, n := range h {
		if n > 0 {
			m.count[i] = n
			m.live = append(m.live, int16(i))
		}
	}
	m.count[noSymbol] = 1
	m.live = append(m.live, noSymbol)
	for _, s := range m.live {
		m.size[s], m.next[s] = 0, -1
	}
	all := append([]int16(nil), m.live...)
	for len(m.live) > 1 {
		m.join()
	}
	var lengths [64]int // no symbol is counted so often that its code could be longer
	for _, s := range all {
		lengths[m.size[s]]++
	}
	shorten(&lengths)
	c.fill(&lengths, all, &m.size)
}

// join merges the two groups that are used least. Their symbols' codes become one bit longer.
func (m *merging) join() {
	a, b := -1, -1 // indexes in live: the least, and the second
	for i, s := range m.live {
		switch {
		case a < 0 || !m.before(m.live[a], s):
			a, b = i, a
		case b < 0 || !m.before(m.live[b], s):
			b = i
		}
	}
	first, second := m.live[a], m.live[b]
	m.count[first] += m.count[second]
	m.live[b] = m.live[len(m.live)-1]
	m.live = m.live[:len(m.live)-1]
	end := first
	for s := first; s >= 0; s = m.next[s] {
		m.size[s]++
		end = s
	}
	m.next[end] = second
	for s := second; s >= 0; s = m.next[s] {
		m.size[s]++
	}
}

// before reports whether symbol a is used less than b, or as often and is lower.
func (m *merging) before(a, b int16) bool {
	return m.count[a] < m.count[b] || m.count[a] == m.count[b] && a < b
}

// shorten changes lengths so that no code is longer than maxBits, and takes the longest code away: it is noSymbol's.
// T.81, figure K.3.
func shorten(lengths *[64]int) {
	for i := len(lengths) - 1; i > maxBits; i-- {
		for lengths[i] > 0 {
			j := i - 2
			for lengths[j] == 0 {
				j--
			}
			lengths[i] -= 2
			lengths[i-1]++
			lengths[j+1] += 2
			lengths[j]--
		}
	}
	i := maxBits
	for lengths[i] == 0 {
		i--
	}
	lengths[i]--
}

// fill gives each symbol a code. lengths says how many codes there are of each length. The symbols get them in the order of size: the
// lengths that they had before lengths was limited.
func (c *codes) fill(lengths *[64]int, all []int16, size *[257]uint8) {
	c.symbols = c.symbols[:0]
	c.length = [256]uint8{}
	for n := uint8(1); n < 64; n++ {
		for _, s := range all {
			if size[s] == n && s != noSymbol {
				c.symbols = append(c.symbols, uint8(s))
			}
		}
	}
	code, at := uint16(0), 0
	for n := 1; n <= maxBits; n++ {
		c.lengths[n-1] = uint8(lengths[n])
		for range lengths[n] {
			s := c.symbols[at]
			c.code[s], c.length[s] = code, uint8(n)
			code++
			at++
		}
		code <<= 1
	}
}

// bytes returns how long the table of codes is as it is sent, and what the symbols of h take with it.
func (c *codes) bytes(h *histogram) int {
	bits := 0
	for _, s := range c.symbols {
		bits += int(h[s]) * int(c.length[s])
	}
	return 1 + maxBits + len(c.symbols) + bits/8
}
