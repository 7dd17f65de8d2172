package wire

import (
	"encoding/binary"
)

// Programs are a large part of what a machine touches, and they call the same functions from many places. An
// x86 call or jump names the distance to the function, which differs at each of these places. The address of
// the function does not differ. So distances are turned into addresses before compression, and back after it:
// then a compressor finds more that repeats. That is the filter BCJ of LZMA and xz (I. Pavlov, LZMA SDK).
// Addresses count from the beginning of the chunk, because chunks are compressed in any order. The filter saves
// 4 % of 24 MB of a desktop's memory.

// Absolute turns distances into addresses, in one chunk, in place. The chunk may be anything: Relative undoes
// it in any case.
func Absolute(chunk []byte) { branches(chunk, 1) }

// Relative turns addresses into distances, in one chunk, in place.
func Relative(chunk []byte) { branches(chunk, -1) }

// branches adds its own address, times sign, to each operand that looks like a distance: four bytes behind an
// opcode, the highest of which is 0 or 0xff. The result has 25 bits, so its highest byte is 0 or 0xff again. And
// no opcode is looked for inside of an operand. So the way back finds the same operands.
func branches(chunk []byte, sign int32) {
	for i := 0; i+branchSize <= len(chunk); i++ {
		at := i + 1
		switch op := chunk[i]; {
		case op == 0xe8 || op == 0xe9: // call, jmp
		case op == 0x0f && chunk[at]&0xf0 == 0x80: // jcc
			at++
		default:
			continue
		}
		operand := chunk[at : at+4]
		if high := operand[3]; high == 0 || high == 0xff {
			v := int32(binary.LittleEndian.Uint32(operand)) + sign*int32(at+4)
			binary.LittleEndian.PutUint32(operand, uint32(v<<7>>7))
		}
		i = at + 3
	}
}

// branchSize is how long the longest of these instructions is.
const branchSize = 6
