package wire

import (
	"fmt"
	"image"
	"time"
)

// What a machine may ask of a viewer. A guest decides what its screen sends. No server in good faith comes
// near these limits, so a machine that goes beyond one is broken or hostile: that ends with a [Breach].
const (
	// MaxSide is the width or height of a screen, in pixels.
	MaxSide = 16384
	// MaxScreen is the number of a screen's pixels: two screens of 5120x2880 and some. A
	// Framebuffer keeps four bytes for each.
	MaxScreen = 32 << 20
	// MaxCursor is the width or height of a pointer's picture, in pixels. QEMU's own limit
	// is 512.
	MaxCursor = 1024
	// MaxRepeats is how often one update may send the whole screen: the number of pixels in its
	// rectangles, divided by that of the screen. A screen of less than 64x64 pixels counts as one of
	// 64x64.
	MaxRepeats = 16
	// MaxResizes is how often the screen may change its size within ResizeSpan. A
	// machine that starts changes it some ten times.
	MaxResizes = 60
	ResizeSpan = 10 * time.Second
	// MaxName is the length of a desktop's name, in bytes.
	MaxName = 64 << 10
	// MaxCutText is the length of what can be copied at once, in bytes: more than QEMU
	// (1 MiB) and noVNC pass on.
	MaxCutText = 16 << 20
)

// Breach is the error of a stream that goes beyond a limit or contradicts itself. So the machine is broken or
// hostile. What this package merely does not know is another error.
type Breach struct{ Say string }

// Error implements error.
func (b *Breach) Error() string { return b.Say }

// Breach makes the reader stop with a [Breach].
func (r *Reader) Breach(format string, args ...any) {
	if r.err == nil { // formatting costs an allocation
		r.err = &Breach{fmt.Sprintf(format, args...)}
	}
}

// Length checks a length from the wire against what it may be at most.
func (r *Reader) Length(what string, n uint32, most int) int {
	if r.err == nil && int64(n) > int64(most) {
		r.Breach("%s of %d bytes, more than the %d that make sense", what, n, most)
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}

// CheckSize makes r stop if a screen is too large. A screen may have no pixels: then it is not there yet.
func CheckSize(r *Reader, w, h int) {
	if w > MaxSide || h > MaxSide || w*h > MaxScreen {
		r.Breach("screen of %dx%d pixels", w, h)
	}
}

// Budget counts down the pixels that one update may send, and the sizes it may give the screen.
type Budget struct{ pixels, sizes int }

func NewBudget(size image.Point) Budget {
	return Budget{MaxRepeats * max(size.X*size.Y, 64*64), MaxResizes}
}

// Spend makes r stop if the rectangle q has more pixels than are left.
func (b *Budget) Spend(r *Reader, q Rectangle) {
	if form := forms[q.Encoding]; !form.draws && !form.shapes {
		return
	}
	if b.pixels -= q.Pixels(); b.pixels < 0 {
		r.Breach("an update sends the screen more than %d times", MaxRepeats)
	}
}

// Resize begins anew with another size of the screen.
func (b *Budget) Resize(r *Reader, size image.Point) {
	CheckSize(r, size.X, size.Y)
	if b.sizes--; b.sizes < 0 {
		r.Breach("an update gives the screen more than %d sizes", MaxResizes)
	}
	b.pixels = NewBudget(size).pixels
}

// Sizes notices when a screen changes its size too often. The zero Sizes has seen no change.
type Sizes struct {
	last [MaxResizes]time.Time
	next int
}

// Change notes a change of size. The error is a [Breach] if there were too many lately.
func (s *Sizes) Change(now time.Time) error {
	first := s.last[s.next]
	s.last[s.next] = now
	s.next = (s.next + 1) % MaxResizes
	if !first.IsZero() && now.Sub(first) < ResizeSpan {
		return &Breach{fmt.Sprintf("more than %d sizes of the screen in %v", MaxResizes, ResizeSpan)}
	}
	return nil
}
