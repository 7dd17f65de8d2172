// Package thinbench measures the screen of a far machine beside the best that others do: how many bytes a picture takes, and how
// near to the original it is.
//
// The peer is TigerVNC's server, which shows the same picture on an X display of its own. The same robot asks both, with the wishes
// that noVNC has.
package thinbench

import (
	"context"
	"fmt"
	"image"
	"os/exec"
	"slices"

	"vmstudy/bench"
	"vmstudy/rfb/wire"
)

// Section returns the section "size" of "bench rfb".
func Section() bench.Section {
	return bench.Section{Name: "size", About: "bytes that a picture takes, beside TigerVNC", Measure: measure}
}

// pictureSize is the size of the screens, in pixels.
var pictureSize = image.Pt(1280, 800)

// qualities are the wishes for JPEG that are compared. Between the peer's points its curve is taken for straight.
var qualities = []int{1, 2, 3, 4, 5, 6, 7, 8}

// compared are those of qualities for which rows are reported.
var compared = []int{2, 4, 6}

// mostBytes is the bar: bytes in proportion to the peer's at the same similarity.
const mostBytes = 1.05

// novncCompression is noVNC's wish for compression, 2 of 9.
const novncCompression wire.Encoding = -254

func measure(ctx context.Context, s bench.Setting) (rows []bench.Row, err error) {
	if _, err := exec.LookPath("Xtigervnc"); err != nil {
		return nil, bench.Unable{Why: "needs Xtigervnc (Debian's tigervnc-standalone-server)"}
	}
	x, err := startX(ctx, pictureSize)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	all := pictures(pictureSize, s.Seed)
	for i, p := range all {
		s.Show(i, len(all))
		if err := x.show(p.image); err != nil {
			return rows, err
		}
		more, err := compare(ctx, x, p)
		rows = append(rows, more...)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return rows, nil
}

// compare measures one picture with both servers.
func compare(ctx context.Context, x *xDisplay, p picture) (rows []bench.Row, err error) {
	ours := serving(p.image)
	var curve []point // the peer's
	for _, q := range qualities {
		c, err := look(ctx, x.dial, p.image, wire.Tight, wire.Quality(q), novncCompression)
		if err != nil {
			return nil, err
		}
		curve = append(curve, c)
	}
	exact, err := look(ctx, x.dial, p.image, wire.Tight, novncCompression)
	if err != nil {
		return nil, err
	}
	curve = append(curve, exact)
	for _, q := range compared {
		own, err := look(ctx, ours, p.image, wire.Tight, wire.Quality(q), novncCompression)
		if err != nil {
			return nil, err
		}
		condition := fmt.Sprintf("%s, quality %d", p.name, q)
		peer := curve[slices.Index(qualities, q)]
		rows = append(rows,
			bench.Told(float64(own.bytes)).Beside(float64(peer.bytes), "TigerVNC").As("bytes", condition, "byte"),
			bench.Told(own.ssim).Beside(peer.ssim, "TigerVNC").As("ssim", condition, ""),
			bench.AtMost(mostBytes, float64(own.bytes)/bytesAt(curve, own.ssim)).As("bytes_at_equal_ssim", condition, "of TigerVNC's"))
	}
	own, err := look(ctx, ours, p.image, wire.Tight, novncCompression)
	if err != nil {
		return nil, err
	}
	row := bench.AtMost(mostBytes*float64(exact.bytes), float64(own.bytes)).Beside(float64(exact.bytes), "TigerVNC")
	return append(rows, row.As("bytes", p.name+", lossless", "byte")), nil
}

// point is what one update took, and how near it was.
type point struct {
	bytes int64
	ssim  float64
}

// bytesAt returns the fewest bytes for which the curve's server shows a picture of the given similarity, between its points or at
// one. Where none is as near, it is the bytes of the nearest.
func bytesAt(curve []point, ssim float64) float64 {
	best := 0.0
	take := func(bytes float64) {
		if best == 0 || bytes < best {
			best = bytes
		}
	}
	for i, a := range curve {
		if a.ssim >= ssim {
			take(float64(a.bytes))
		}
		for _, b := range curve[i+1:] {
			low, high := a, b
			if low.ssim > high.ssim {
				low, high = high, low
			}
			if low.ssim < ssim && ssim < high.ssim {
				share := (ssim - low.ssim) / (high.ssim - low.ssim)
				take(float64(low.bytes) + share*float64(high.bytes-low.bytes))
			}
		}
	}
	if best == 0 {
		nearest := slices.MaxFunc(curve, func(a, b point) int { return int(1e9 * (a.ssim - b.ssim)) })
		return float64(nearest.bytes)
	}
	return best
}
