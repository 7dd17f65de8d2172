package h264

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// tag is an item of an FLV file.
type tag struct {
	kind byte
	data []byte
}

const (
	videoTag  = 9
	tagHeader = 11
	// A video tag's data begin with the kind of frame and codec, what follows, and three bytes of a time that is always 0 here.
	videoHeader = 5
	keyFrame    = 0x17
	interFrame  = 0x27
	isSets      = 0
	isUnits     = 1
	mostTag     = 1<<24 - 1
)

var (
	errFLV = errors.New("no FLV as expected")
	header = []byte{'F', 'L', 'V', 1, 1, 0, 0, 0, 9, 0, 0, 0, 0}
)

func readHeader(r io.Reader) error {
	var b [13]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return err
	}
	if !bytes.HasPrefix(b[:], []byte("FLV")) {
		return fmt.Errorf("%w: it begins with %x", errFLV, b)
	}
	return nil
}

// readTag reads a tag and the length that follows it.
func readTag(r io.Reader) (tag, error) {
	var b [tagHeader]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return tag{}, err
	}
	data := make([]byte, binary.BigEndian.Uint32(b[0:])&mostTag+4)
	if _, err := io.ReadFull(r, data); err != nil {
		return tag{}, err
	}
	return tag{b[0], data[:len(data)-4]}, nil
}

// appendTag adds a tag of a time in milliseconds.
func appendTag(b []byte, t tag, at uint32) []byte {
	b = append(b, t.kind, byte(len(t.data)>>16), byte(len(t.data)>>8), byte(len(t.data)))
	b = append(b, byte(at>>16), byte(at>>8), byte(at), byte(at>>24), 0, 0, 0)
	b = append(b, t.data...)
	return binary.BigEndian.AppendUint32(b, uint32(len(t.data)+tagHeader))
}

func (t tag) video(what byte) bool {
	return t.kind == videoTag && len(t.data) > videoHeader && t.data[1] == what
}
func (t tag) sets() bool    { return t.video(isSets) }
func (t tag) picture() bool { return t.video(isUnits) }

// units returns a picture's NAL units, each after its length in four bytes.
func (t tag) units() []byte { return t.data[videoHeader:] }

// startCode goes before each NAL unit in a byte stream: H.264, annex B.
var startCode = []byte{0, 0, 0, 1}

// appendAnnexB adds NAL units, each of which comes after its length, in the format of Annex B. It leaves out what only tells about the
// picture.
func appendAnnexB(b, units []byte) ([]byte, error) {
	for len(units) > 0 {
		if len(units) < 4 {
			return b, errFLV
		}
		n := int(binary.BigEndian.Uint32(units))
		if n == 0 || n > len(units)-4 {
			return b, errFLV
		}
		if kind := units[4] & 0x1f; kind == nalSlice || kind == nalKey {
			b = append(append(b, startCode...), units[4:4+n]...)
		}
		units = units[4+n:]
	}
	return b, nil
}

// Kinds of NAL units: H.264, table 7-1.
const (
	nalSlice = 1
	nalKey   = 5
	nalSPS   = 7
	nalPPS   = 8
)

// parameterSets returns the sequence and picture parameter sets of an AVCDecoderConfigurationRecord (ISO 14496-15, 5.3.3.1) in the
// format of Annex B.
func parameterSets(data []byte) ([]byte, error) {
	record := data[videoHeader:]
	const countAt = 5
	var b []byte
	if len(record) <= countAt {
		return nil, errFLV
	}
	rest, count := record[countAt+1:], int(record[countAt]&0x1f)
	for range 2 { // first the sequence's, then the pictures'
		for range count {
			if len(rest) < 2 {
				return nil, errFLV
			}
			n := int(binary.BigEndian.Uint16(rest))
			if n > len(rest)-2 {
				return nil, errFLV
			}
			b = append(append(b, startCode...), rest[2:2+n]...)
			rest = rest[2+n:]
		}
		if len(rest) == 0 {
			break
		}
		count, rest = int(rest[0]), rest[1:]
	}
	return b, nil
}

// splitAnnexB returns the NAL units of a byte stream, without their start codes.
func splitAnnexB(b []byte) (units [][]byte) {
	for len(b) > 0 {
		at := bytes.Index(b, startCode[1:])
		unit := b
		if at >= 0 {
			unit, b = b[:at], b[at+3:]
		} else {
			b = nil
		}
		if unit = bytes.TrimRight(unit, "\x00"); len(unit) > 0 {
			units = append(units, unit)
		}
	}
	return units
}

// setsTag returns the tag of a decoder configuration record with these parameter sets.
func setsTag(sps, pps []byte) tag {
	data := []byte{keyFrame, isSets, 0, 0, 0, 1, sps[1], sps[2], sps[3], 0xff, 0xe1}
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(sps))), sps...)
	data = append(data, 1)
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(pps))), pps...)
	return tag{videoTag, data}
}

// pictureTag returns the tag of a picture with these NAL units.
func pictureTag(units [][]byte) tag {
	data := []byte{interFrame, isUnits, 0, 0, 0}
	for _, unit := range units {
		if unit[0]&0x1f == nalKey {
			data[0] = keyFrame
		}
		data = append(binary.BigEndian.AppendUint32(data, uint32(len(unit))), unit...)
	}
	return tag{videoTag, data}
}
