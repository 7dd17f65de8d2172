package page

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"

	"vmstudy/web/view"
)

// quiet is the width of the light margin around a QR code, in modules (ISO/IEC 18004, 6.3.8).
const quiet = 4

// QR draws a text as a QR code that can still be read if 15 % of it are soiled.
func QR(text string) (view.QR, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return view.QR{}, fmt.Errorf("draw a QR code of %d bytes: %w", len(text), err)
	}
	var path strings.Builder
	size := code.Bounds()
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			if code.At(x, y) == color.Black {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return view.QR{Size: size.Dx() + 2*quiet, Path: path.String()}, nil
}
