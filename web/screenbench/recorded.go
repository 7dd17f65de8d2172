package screenbench

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"vmstudy/bench"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/wire"
)

// pourRates are the rates at which a screen sends, in MB/s. Up to the rate whole, a recording must
// be complete. For comparison: QEMU's display, encoded for a browser, sends tens of MB/s at most.
var (
	pourRates = []int{50, 100, 150, 200, 400}
	whole     = 100
)

// A screen sends bursts of frames: this many per second, for this many seconds.
const (
	bursts      = 30
	pourSeconds = 4
)

// frameOf returns an update of 64 KiB of plain pixels.
func frameOf(pixels []byte) []byte {
	frame := wire.Rectangle{W: 128, H: 128, Encoding: wire.Raw}.Append(wire.AppendUpdate(nil, 1))
	return append(frame, pixels...)
}

// plain returns a film of frames from a desktop of 1280x800, which compress well.
func plain() (f film) {
	for pixels := range slices.Chunk(rfbtest.Desktop(screenSize, 1).Pix, 64<<10) {
		if len(pixels) == 64<<10 {
			f.frames = append(f.frames, frameOf(pixels))
		}
	}
	return f
}

// burst returns the number of frames in a burst at a rate in MB/s.
func burst(rate int) int { return rate * 1e6 / bursts / frameSize }

// pour sends frames at a rate in MB/s.
func (f film) pour(c net.Conn, rate int) error {
	begun := time.Now()
	for n := range bursts * pourSeconds {
		time.Sleep(time.Until(begun.Add(time.Duration(n) * time.Second / bursts)))
		for k := range burst(rate) {
			if _, err := c.Write(f.frames[(n*burst(rate)+k)%len(f.frames)]); err != nil {
				return err
			}
		}
	}
	return nil
}

// measureRecorded measures how much is recorded of a screen that sends at each rate.
func (p Peer) measureRecorded(ctx context.Context, s bench.Setting) (rows []bench.Row, err error) {
	m, err := startMachines(plain())
	if err != nil {
		return nil, err
	}
	defer m.close()
	list, err := p.contenders(ctx, m.addr(), -1, Recording)
	if err != nil {
		return nil, err
	}
	defer list.close()
	c := list[0]
	took := make([]time.Duration, len(pourRates))
	for i, rate := range pourRates {
		if took[i], err = take(ctx, c, rate); err != nil {
			return nil, err
		}
		s.Show(i+1, len(pourRates))
	}
	c.end()
	for i, rate := range pourRates {
		row := bench.Told(c.recorded(i+1, took[i]))
		if rate <= whole {
			row = bench.AtLeast(100, c.recorded(i+1, took[i]))
		}
		rows = append(rows, row.As("recorded", fmt.Sprintf("plain pixels, %d MB/s", rate), "%"))
	}
	return rows, nil
}

// take receives what a screen sends at a rate in MB/s, and returns how long that took.
func take(ctx context.Context, c *contender, rate int) (time.Duration, error) {
	v, err := view(ctx, c.dial)
	if err != nil {
		return 0, err
	}
	defer v.conn.Close()
	begun := time.Now()
	if err := v.order(orderPour, rate); err != nil {
		return 0, err
	}
	if _, err := v.in.Discard(bursts * pourSeconds * burst(rate) * frameSize); err != nil {
		return 0, err
	}
	return time.Since(begun), ctx.Err()
}
