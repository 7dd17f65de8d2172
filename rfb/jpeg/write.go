package jpeg

import "image"

// Markers of JPEG: ITU-T T.81, table B.1.
const (
	startOfImage = 0xd8
	endOfImage   = 0xd9
	quantTables  = 0xdb // DQT
	baseline     = 0xc0 // SOF0
	huffmanCodes = 0xc4 // DHT
	startOfScan  = 0xda // SOS
)

// write adds the picture that words say to b. It has no JFIF header: components 1 to 3 are taken for brightness and
// colours without one, and it would be 18 bytes.
func (e *Encoder) write(b []byte, area image.Rectangle, chroma Chroma) []byte {
	of := e.makeCodes()
	b = append(b, 0xff, startOfImage, 0xff, quantTables, 0, 2+2*65)
	for i := range e.quants {
		b = append(append(b, byte(i)), e.quants[i].steps[:]...)
	}
	sampling := [3]byte{Full: 0x11, Half: 0x21, Quarter: 0x22}[chroma]
	w, h := area.Dx(), area.Dy()
	b = append(b, 0xff, baseline, 0, 17, 8, byte(h>>8), byte(h), byte(w>>8), byte(w),
		3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1)
	b = e.writeCodes(b, of)
	colours := byte(of[1]<<4 | of[3]&1)
	b = append(b, 0xff, startOfScan, 0, 12, 3, 1, 0x00, 2, colours, 3, colours, 0, 63, 0)
	return append(e.writeWords(b, of), 0xff, endOfImage)
}

// makeCodes makes the codes for what was noted. It returns which code each kind of symbol uses: colours use that of
// brightness where this is shorter, as it is in small pictures.
func (e *Encoder) makeCodes() (of [4]int) {
	for at := 0; at < 4; at += 2 {
		bright, colours := &e.uses[at], &e.uses[at+1]
		var both histogram
		for s := range both {
			both[s] = bright[s] + colours[s]
		}
		e.merge.codesFor(&both, &e.codes[at])
		together := e.codes[at].bytes(&both)
		of[at], of[at+1] = at, at

		e.merge.codesFor(colours, &e.codes[at+1])
		apart := e.codes[at+1].bytes(colours)
		shared := e.codes[at]
		e.codes[at].symbols = nil
		e.merge.codesFor(bright, &e.codes[at])
		if apart+e.codes[at].bytes(bright) < together {
			of[at+1] = at + 1
		} else {
			e.codes[at] = shared
		}
	}
	return of
}

// writeCodes adds the tables of the codes that are used.
func (e *Encoder) writeCodes(b []byte, of [4]int) []byte {
	b = append(b, 0xff, huffmanCodes)
	at := len(b)
	b = append(b, 0, 0)
	for i := range e.codes {
		if of[i] != i {
			continue
		}
		b = append(b, byte(i>>1<<4|i&1)) // the class in the upper half: 0 for means, 1 for frequencies
		b = append(b, e.codes[i].lengths[:]...)
		b = append(b, e.codes[i].symbols...)
	}
	n := len(b) - at
	b[at], b[at+1] = byte(n>>8), byte(n)
	return b
}

// writeWords adds the words in their codes. A byte of ones is followed by a zero: T.81, section B.1.1.5.
func (e *Encoder) writeWords(b []byte, of [4]int) []byte {
	by := [4]*codes{&e.codes[of[0]], &e.codes[of[1]], &e.codes[of[2]], &e.codes[of[3]]}
	var waiting uint64 // the lowest so many bits
	var count uint
	for _, w := range e.words {
		c, symbol := by[w>>24&3], uint8(w>>16)
		length, extra := uint(c.length[symbol]), uint(symbol&15)
		waiting = waiting<<(length+extra) | uint64(c.code[symbol])<<extra | uint64(w&0xffff)
		for count += length + extra; count >= 8; {
			count -= 8
			if b = append(b, byte(waiting>>count)); byte(waiting>>count) == 0xff {
				b = append(b, 0)
			}
		}
	}
	if count > 0 {
		last := byte(waiting<<(8-count)) | 0xff>>count
		if b = append(b, last); last == 0xff {
			b = append(b, 0)
		}
	}
	return b
}
