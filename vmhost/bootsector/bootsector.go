// Package bootsector is the recipe of the smallest possible desktop: a guest of 512 bytes that paints the whole
// screen in another colour at once when a key is pressed. A measurement with it shows the time of the path to the
// guest and back, without the guest's own work.
package bootsector

import "embed"

// Recipe contains recipe.yaml and the image. bootsector.asm is the source of the image.
//
//go:embed recipe.yaml bootsector.bin
var Recipe embed.FS
