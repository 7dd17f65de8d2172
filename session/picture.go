package session

import (
	"vmstudy/rfb/h264"
	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// wishes returns what the tap passes in place of the encodings that a viewer names: what the tap can follow, with the wishes that
// make the screen be sent as the level of the access method says.
func wishes(a study.Access) func(wire.SetEncodings) wire.SetEncodings {
	return func(m wire.SetEncodings) wire.SetEncodings {
		m = m.Only(func(e wire.Encoding) bool {
			return e.Followed() && !e.Lossy() && (e != wire.ContinuousUpdates || a.Flow == study.Continuous) && (e != wire.H264 || a.Encoding == study.H264) &&
				(!e.Shapes() || a.Pointer == study.PointerHere)
		})
		if a.Encoding.Lossy() {
			m = append(m, wire.Quality(a.Quality))
		}
		if a.Encoding == study.H264 {
			m = append(m, wire.FilmRate(int64(a.FilmRate)))
		}
		if a.Pointer == study.PointerThere {
			m = append(m, wire.DrawnPointer)
		}
		if a.Frames > 0 {
			m = append(m, wire.FrameRate(a.Frames))
		}
		return m
	}
}

// errPlainScreen refuses what QEMU's own VNC server cannot do.
var errPlainScreen = study.Refuse(study.ErrConflict,
	"This server shows screens with QEMU's own VNC server, which sends them on request and lossless only. Start it without --display=vnc, or choose that flow and encoding in the study.")

// errCannotMove refuses a machine that could not take its viewers along.
var errCannotMove = study.Refuse(study.ErrConflict,
	"This server shows screens with QEMU's own VNC server, with which no machine moves to another host. Start it without --display=vnc, or let the machine stay in the study.")

// errNoFFmpeg refuses what needs ffmpeg.
var errNoFFmpeg = study.Refuse(study.ErrConflict,
	"Films are sent as h264 by ffmpeg, which does not do that on this server: apt-get install ffmpeg (with libx264, as Debian has it). Or choose jpeg in the study.")

// admitPicture refuses a level that a screen which is not ours, or this computer, cannot obey.
func admitPicture(a study.Access, ours bool) error {
	if !ours && (a.Flow != study.OnRequest || a.Encoding != study.Lossless || a.Frames > 0 || a.Pointer != study.PointerHere) {
		return errPlainScreen
	}
	if !ours && a.Moves != study.NoMove {
		return errCannotMove
	}
	if a.Encoding == study.H264 && h264.Available() != nil {
		return errNoFFmpeg
	}
	return nil
}
