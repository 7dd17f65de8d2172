package wire

import (
	"encoding/binary"
)

// Kinds of QEMU's own client messages. rfbproto, "QEMU Client Message".
const (
	qemuExtendedKey = 0
	qemuAudio       = 1
)

// QEMUKeyEvent is a key going down or up, told by its place on the keyboard as well, so that
// the guest's own keyboard layout decides. rfbproto, "QEMU Extended Key Event Message".
type QEMUKeyEvent struct {
	Down    bool
	Keysym  uint32
	Keycode uint32 // XT scan code; codes with the prefix 0xe0 have bit 7 set instead
}

// Append implements [ClientMessage].
func (m QEMUKeyEvent) Append(b []byte) []byte {
	b = append(b, TypeQEMU, qemuExtendedKey, 0, bit(m.Down))
	b = binary.BigEndian.AppendUint32(b, m.Keysym)
	return binary.BigEndian.AppendUint32(b, m.Keycode)
}

// QEMUAudio switches the machine's sound on or off, or names its format. rfbproto, "QEMU
// Audio Client Message".
type QEMUAudio struct {
	Operation        uint16 // 0 on, 1 off, 2 format; only the last has the fields below
	Sample, Channels uint8
	Frequency        uint32 // Hz
}

// qemuAudioFormat is the operation that carries a format.
const qemuAudioFormat = 2

// Append implements [ClientMessage].
func (m QEMUAudio) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(append(b, TypeQEMU, qemuAudio), m.Operation)
	if m.Operation != qemuAudioFormat {
		return b
	}
	return binary.BigEndian.AppendUint32(append(b, m.Sample, m.Channels), m.Frequency)
}

func readQEMUMessage(r *Reader) ClientMessage {
	switch kind := r.U8(); kind {
	case qemuExtendedKey:
		return QEMUKeyEvent{Down: r.U16() != 0, Keysym: r.U32(), Keycode: r.U32()}
	case qemuAudio:
		return readQEMUAudio(r)
	default:
		r.Failf("QEMU client message of unknown kind %d", kind)
		return nil
	}
}

func readQEMUAudio(r *Reader) QEMUAudio {
	m := QEMUAudio{Operation: r.U16()}
	if m.Operation > qemuAudioFormat {
		r.Failf("QEMU audio operation %d", m.Operation)
	}
	if m.Operation == qemuAudioFormat {
		m.Sample, m.Channels, m.Frequency = r.U8(), r.U8(), r.U32()
	}
	return m
}
