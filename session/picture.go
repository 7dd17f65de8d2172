package session

import (
	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// wishes returns what the tap passes in place of the encodings that a viewer names: what the tap can follow, with the wishes that
// make the screen be sent as the level of the access method says.
func wishes(a study.Access) func(wire.SetEncodings) wire.SetEncodings {
	return func(m wire.SetEncodings) wire.SetEncodings {
		m = m.Only(func(e wire.Encoding) bool {
			return e.Followed() && !e.Lossy() && (e != wire.ContinuousUpdates || a.Flow == study.Continuous)
		})
		if a.Encoding == study.JPEG {
			m = append(m, wire.Quality(a.Quality))
		}
		return m
	}
}

// errPlainScreen refuses what QEMU's own VNC server cannot do.
var errPlainScreen = study.Refuse(study.ErrConflict,
	"This server shows screens with QEMU's own VNC server, which sends them on request and lossless only. Start it without --display=vnc, or choose that flow and encoding in the study.")

// admitPicture refuses a level that a screen which is not ours cannot obey.
func admitPicture(a study.Access, ours bool) error {
	if !ours && (a.Flow != study.OnRequest || a.Encoding != study.Lossless) {
		return errPlainScreen
	}
	return nil
}
