package document

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"vmstudy/study"
)

// maxPixels bounds the width and the height of an image, and mostPixels how many it has in all: decoded, each takes some bytes.
const (
	maxPixels  = 6000
	mostPixels = 16 << 20
)

// ReadImage checks that content is an image that every browser shows, by its bytes and not by its name: PNG, JPEG or WebP, of at most
// study.MaxImageSize bytes, 6000 pixels in a row or column and 16 million in all. PNG and JPEG are decoded as a whole; of WebP the structure is checked. Else the error is a
// study.Refusal of kind study.ErrInvalid. SVG is none of these: it can act.
func ReadImage(name string, content []byte) (study.Image, study.ImageFile, error) {
	f := study.ImageFile{SHA256: HashOf(string(content)), Content: content}
	var width, height int
	var err error
	switch {
	case !study.ValidImageName(name):
		return study.Image{}, f, study.Refuse(study.ErrInvalid, "An image is called by letters, digits, - and _, and ends with .png, .jpg, .jpeg or .webp. Give %q another name.", shortened(name))
	case len(content) > study.MaxImageSize:
		return study.Image{}, f, study.Refuse(study.ErrInvalid, "%s has more than %d MB: make it smaller.", name, study.MaxImageSize>>20)
	case bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")):
		f.Type = "image/png"
		width, height, err = decoded(content, png.DecodeConfig, png.Decode)
	case bytes.HasPrefix(content, []byte("\xff\xd8\xff")):
		f.Type = "image/jpeg"
		width, height, err = decoded(content, jpeg.DecodeConfig, jpeg.Decode)
	case bytes.HasPrefix(content, []byte("RIFF")):
		f.Type = "image/webp"
		width, height = sizeOfWebP(content)
	}
	switch {
	case f.Type == "":
		return study.Image{}, f, study.Refuse(study.ErrInvalid, "%s is no PNG, JPEG or WebP.", name)
	case width > maxPixels || height > maxPixels:
		return study.Image{}, f, study.Refuse(study.ErrInvalid, "%s has more than %d pixels in a row or column: make it smaller.", name, maxPixels)
	case width*height > mostPixels:
		return study.Image{}, f, study.Refuse(study.ErrInvalid, "%s has more than %d million pixels: make it smaller.", name, mostPixels/1_000_000)
	case err != nil || width < 1 || height < 1:
		return study.Image{}, f, study.Refuse(study.ErrInvalid, "%s is damaged: no browser could show it.", name)
	}
	return study.Image{Name: name, SHA256: f.SHA256}, f, nil
}

// decoded decodes an image, unless it is too large, and returns its size.
func decoded(content []byte, config func(io.Reader) (image.Config, error), decode func(io.Reader) (image.Image, error)) (width, height int, err error) {
	c, err := config(bytes.NewReader(content))
	if err != nil || c.Width > maxPixels || c.Height > maxPixels || c.Width*c.Height > mostPixels {
		return c.Width, c.Height, err
	}
	_, err = decode(bytes.NewReader(content))
	return c.Width, c.Height, err
}

// sizeOfWebP returns the size of an image in the container of WebP (RFC 9649, 2.5 to 2.7), or zeros if that is broken.
func sizeOfWebP(b []byte) (width, height int) {
	const head = 12 // RIFF, size, WEBP
	if len(b) < head+8+10 || string(b[8:12]) != "WEBP" || int64(binary.LittleEndian.Uint32(b[4:])) != int64(len(b))-8 {
		return 0, 0
	}
	kind, size, data := string(b[head:head+4]), int64(binary.LittleEndian.Uint32(b[head+4:])), b[head+8:]
	if size < 10 || size > int64(len(data)) {
		return 0, 0
	}
	switch kind {
	case "VP8 ": // RFC 6386, 9.1: a key frame
		if data[0]&1 == 0 && data[3] == 0x9d && data[4] == 0x01 && data[5] == 0x2a {
			return int(binary.LittleEndian.Uint16(data[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(data[8:]) & 0x3fff)
		}
	case "VP8L":
		if bits := binary.LittleEndian.Uint32(data[1:]); data[0] == 0x2f && bits>>29 == 0 {
			return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1
		}
	case "VP8X":
		return int(uint32(data[4])|uint32(data[5])<<8|uint32(data[6])<<16) + 1, int(uint32(data[7])|uint32(data[8])<<8|uint32(data[9])<<16) + 1
	}
	return 0, 0
}
