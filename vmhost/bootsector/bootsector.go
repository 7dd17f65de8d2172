// Package bootsector is the smallest desktop there is, as a recipe: a guest of 512 bytes that
// paints the whole screen in another colour on each key, at once. What is measured with it is the
// path to the guest and back, and nothing of the guest.
package bootsector

import "embed"

// Recipe holds recipe.yaml and the image. bootsector.asm is the image's source.
//
//go:embed recipe.yaml bootsector.bin
var Recipe embed.FS
