package tap_test

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// replay is a machine that says its greeting once and then one piece again and again, in
// reads of 64 KiB.
type replay struct {
	net.Conn
	greeting io.Reader
	piece    []byte
	at       int
}

func (m *replay) Write(p []byte) (int, error) { return len(p), nil }

func (m *replay) Close() error { return nil }

func (m *replay) Read(p []byte) (int, error) {
	if n, err := m.greeting.Read(p); err == nil {
		return n, nil
	}
	n := 0
	for n < len(p) {
		step := copy(p[n:], m.piece[m.at:])
		n, m.at = n+step, (m.at+step)%len(m.piece)
	}
	return n, nil
}

// benchmarkReads measures reads of 64 KiB of the piece, with a tap and as a plain copy.
func benchmarkReads(b *testing.B, piece []byte) {
	greeting := append([]byte("RFB 003.008\n\x01\x01\x00\x00\x00\x00"), serverInit()...)
	run := func(b *testing.B, c net.Conn) {
		buf := make([]byte, 64<<10)
		b.SetBytes(int64(len(buf)))
		for b.Loop() {
			if _, err := c.Read(buf); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("plain", func(b *testing.B) {
		run(b, &replay{greeting: bytes.NewReader(nil), piece: piece})
	})
	b.Run("tapped", func(b *testing.B) {
		updates := 0
		tap := tap.New(&replay{greeting: bytes.NewReader(greeting), piece: piece}, time.Now, func(e tap.Event) {
			if lost, is := e.(tap.Lost); is {
				b.Fatal(lost.Reason)
			}
			updates++
		})
		defer tap.Close()
		_, _ = tap.Write([]byte("RFB 003.008\n\x01\x01"))
		_, _ = io.ReadFull(tap, make([]byte, len(greeting)))
		run(b, tap)
		if updates == 0 {
			b.Fatal("no update was told of")
		}
	})
}

func BenchmarkReadRaw(b *testing.B) {
	benchmarkReads(b, update(rect(0, 0, 128, 128, wire.Raw, noise(64<<10))))
}

func BenchmarkReadZRLE(b *testing.B) {
	benchmarkReads(b, update(rect(0, 0, 320, 200, wire.ZRLE, be32(2000), noise(2000))))
}

// BenchmarkReadHextile is the worst that there is: a decision for nearly every byte.
func BenchmarkReadHextile(b *testing.B) {
	benchmarkReads(b, update(rect(0, 0, 320, 192, wire.Hextile, bytes.Repeat(raw(8+16, 1, 0, 0, 0, 0, 0, 0), 240))))
}

// BenchmarkKey is a key of 16 bytes that is answered by 16 bytes.
func BenchmarkKey(b *testing.B) {
	greeting := append([]byte("RFB 003.008\n\x01\x01\x00\x00\x00\x00"), serverInit()...)
	var answers tap.Answers
	answer := update(rect(0, 0, 0, 0, wire.Raw))
	tap := tap.New(&replay{greeting: bytes.NewReader(greeting), piece: answer}, time.Now, func(e tap.Event) {
		if lost, is := e.(tap.Lost); is {
			b.Fatal(lost.Reason)
		}
		answers.Add(e)
	})
	tap.LimitEncodings(wire.Encoding.Followed)
	defer tap.Close()
	_, _ = tap.Write([]byte("RFB 003.008\n\x01\x01"))
	_, _ = io.ReadFull(tap, make([]byte, len(greeting)))
	_, _ = tap.Write(wire.SetEncodings{wire.ZRLE, wire.Raw, wire.DesktopSize, wire.LastRect}.Append(nil))
	press := wire.KeyEvent{Down: true, Keysym: 0x1000000}.Append(nil)
	press = wire.KeyEvent{Keysym: 0x1000000}.Append(press)
	buf := make([]byte, 16)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = tap.Write(press)
		_, _ = tap.Read(buf)
	}
}
