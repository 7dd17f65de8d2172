package wire

import (
	"encoding/binary"
	"fmt"
	"strings"

	"vmstudy/fields"
	"vmstudy/study"
)

const (
	kindLayout = 2

	maxImages     = 16
	maxNameLength = 64
	maxContentID  = 255
	maxLayoutBody = 2 + maxContentID + maxImages*(1+maxNameLength+8) + HashSize
)

// ImageInfo names an image and its size in bytes.
type ImageInfo struct {
	Name string // see PlainName
	Size int64  // more than 0, at most 16 TiB
}

// Layout is the origin's answer to hello: which images it has. Content identifies what is in them. The same
// content has the same id for ever, so traces and caches may refer to it.
type Layout struct {
	Content string
	Images  []ImageInfo
}

// Kind implements [Message].
func (Layout) Kind() byte { return kindLayout }

// AppendTo implements [Message].
func (l Layout) AppendTo(b []byte) []byte {
	from := len(b)
	b = AppendString(b, l.Content)
	b = append(b, byte(len(l.Images)))
	for _, im := range l.Images {
		b = AppendString(b, im.Name)
		b = binary.BigEndian.AppendUint64(b, uint64(im.Size))
	}
	return seal(b, from)
}

func parseLayout(body []byte) (Message, error) {
	body, err := unseal(body)
	if err != nil {
		return nil, err
	}
	r := fields.NewReader(body)
	l := Layout{Content: TakeString(r), Images: make([]ImageInfo, r.U8())}
	for i := range l.Images {
		l.Images[i] = ImageInfo{Name: TakeString(r), Size: int64(r.U64())}
	}
	if !r.Done() {
		return nil, fmt.Errorf("layout of %d bytes, %d too many: %w", len(body), r.Left(), ErrProtocol)
	}
	if err := l.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return l, nil
}

// Validate returns the first reason why l cannot be served; its kind is study.ErrInvalid.
func (l Layout) Validate() error { return CheckImages(l.Content, l.Images) }

// CheckImages returns the first reason why images cannot be streamed as content; its kind is
// study.ErrInvalid.
func CheckImages(content string, images []ImageInfo) error {
	if len(content) > maxContentID {
		return fmt.Errorf("content id of %d bytes, at most %d allowed: %w", len(content), maxContentID, study.ErrInvalid)
	}
	if len(images) == 0 || len(images) > maxImages {
		return fmt.Errorf("%d images, from 1 to %d allowed: %w", len(images), maxImages, study.ErrInvalid)
	}
	seen := map[string]bool{}
	for _, im := range images {
		switch {
		case !PlainName(im.Name):
			return fmt.Errorf("image name %q: %w", im.Name, study.ErrInvalid)
		case seen[im.Name]:
			return fmt.Errorf("image name %q twice: %w", im.Name, study.ErrInvalid)
		case im.Size <= 0 || im.Size > MaxImageSize:
			return fmt.Errorf("image %s of %d bytes: %w", im.Name, im.Size, study.ErrInvalid)
		}
		seen[im.Name] = true
	}
	return nil
}

// PlainName reports whether s may name an image: 1 to 64 bytes, usable as a file name.
func PlainName(s string) bool {
	return s != "" && len(s) <= maxNameLength && s[0] != '.' && !strings.ContainsAny(s, "/\x00")
}

// Has reports whether c lies in one of the images.
func (l Layout) Has(c Chunk) bool {
	return int(c.Image) < len(l.Images) && int64(c.Index) < ChunksIn(l.Images[c.Image].Size)
}

// Equal reports whether two origins serve the same content.
func (l Layout) Equal(m Layout) bool {
	if l.Content != m.Content || len(l.Images) != len(m.Images) {
		return false
	}
	for i := range l.Images {
		if l.Images[i] != m.Images[i] {
			return false
		}
	}
	return true
}

// AppendString appends s, of at most 255 bytes, behind one byte of length.
func AppendString(b []byte, s string) []byte { return append(append(b, byte(len(s))), s...) }

// TakeString reads what AppendString wrote.
func TakeString(r *fields.Reader) string { return string(r.Bytes(int(r.U8()))) }
