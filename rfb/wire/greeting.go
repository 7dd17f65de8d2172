package wire

import (
	"fmt"
	"io"
)

// Hail takes the server's part in a handshake without a password. RFC 6143, sections 7.1 to
// 7.3.
func Hail(w io.Writer, r *Reader, init ServerInit) error {
	say := func(b ...byte) {
		if r.Err() == nil {
			_, err := w.Write(b)
			r.Fail(err)
		}
	}
	say([]byte("RFB 003.008\n")...)
	version := ReadVersion(r)
	if version == 3 {
		say(0, 0, 0, SecurityNone)
	} else {
		say(1, SecurityNone)
		if chosen := r.U8(); chosen != SecurityNone {
			r.Failf("security type %d chosen where none is on offer", chosen)
		}
	}
	if version == 8 {
		say(0, 0, 0, 0)
	}
	r.Skip(1) // ClientInit: others always stay connected
	say(init.Append(nil)...)
	if r.Err() != nil {
		return fmt.Errorf("greeting a viewer: %w", r.Err())
	}
	return nil
}

// Greet takes the client's part in a handshake without a password. RFC 6143, sections 7.1 to 7.3.
func Greet(w io.Writer, r *Reader) (ServerInit, error) {
	version := ReadVersion(r)
	say := func(b ...byte) {
		if r.Err() == nil {
			_, err := w.Write(b)
			r.Fail(err)
		}
	}
	say(fmt.Appendf(nil, "RFB 003.%03d\n", version)...)
	if version == 3 {
		if kind := r.U32(); kind != SecurityNone {
			r.Failf("security type %d, want none", kind)
		}
	} else {
		chooseNone(r)
		say(SecurityNone)
	}
	if version == 8 {
		CheckRefusal(r, r.U32() != 0)
	}
	say(1) // others may stay connected
	return ReadServerInit(r)
}

// chooseNone reads the security types on offer and makes r fail if None is not among them.
func chooseNone(r *Reader) {
	none := false
	count := r.U8()
	for range count {
		none = r.U8() == SecurityNone || none
	}
	if !none {
		r.Failf("none of %d security types does without a password", count)
	}
}
