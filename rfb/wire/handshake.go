package wire

import (
	"errors"
	"strconv"
)

// Version is the part of the protocol's version that matters: 3, 7 or 8 in 3.3, 3.7, 3.8.
type Version int

// versionLength is the length of "RFB 003.008\n". RFC 6143, section 7.1.1.
const versionLength = 12

// ReadVersion reads a ProtocolVersion. A version that was never published counts as the
// nearest one below it, as the RFC asks.
func ReadVersion(r *Reader) Version {
	text := string(r.Take(versionLength))
	if r.Err() != nil {
		return 0
	}
	major, errMajor := strconv.Atoi(text[4:7])
	minor, errMinor := strconv.Atoi(text[8:11])
	switch {
	case text[:4] != "RFB " || text[7] != '.' || text[11] != '\n' || errors.Join(errMajor, errMinor) != nil:
		r.Failf("%q is not a protocol version", text)
	case major > 3 || minor >= 8:
		return 8
	case minor == 7:
		return 7
	}
	return 3
}

// Security types. RFC 6143, section 7.2.
const (
	SecurityNone = 1
	SecurityVNC  = 2
)

// Challenge is the length of a VNC authentication's challenge, and of its answer.
const Challenge = 16

// CheckRefusal makes r stop if the server has refused the client.
func CheckRefusal(r *Reader, refused bool) {
	if refused {
		r.Failf("the machine refused the connection")
	}
}
