package study

import (
	"regexp"
	"slices"
)

// Image is a picture that the texts of a study show, by its name. Its content is kept under its hash.
type Image struct {
	Name   string // as texts name it, such as room.png
	SHA256 string // of its content, in hexadecimal
}

// ImageFile is an image with its content.
type ImageFile struct {
	SHA256  string
	Type    string // image/png, image/jpeg or image/webp
	Content []byte
}

// Limits of the images of a study.
const (
	MaxImages    = 30
	MaxImageSize = 1 << 20 // bytes; all images of a study and its text fit into a bundle
)

var (
	imageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,59}\.(png|jpg|jpeg|webp)$`)
	hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)
	// imageMark is an image in Markdown: its words, and what it names.
	imageMark = regexp.MustCompile(`!\[[^\]]*\]\(\s*<?([^)\s>]*)`)
)

// ValidImageName reports whether an image can have this name.
func ValidImageName(name string) bool { return imageName.MatchString(name) }

// Image returns the image with this name.
func (d Design) Image(name string) (Image, bool) {
	i := slices.IndexFunc(d.Images, func(m Image) bool { return m.Name == name })
	if i < 0 {
		return Image{}, false
	}
	return d.Images[i], true
}

// WithImage returns d with an image, in place of the one that has its name.
func (d Design) WithImage(m Image) Design {
	d.Images = slices.Clone(d.Images)
	if i := slices.IndexFunc(d.Images, func(o Image) bool { return o.Name == m.Name }); i >= 0 {
		d.Images[i] = m
		return d
	}
	d.Images = append(d.Images, m)
	return d
}

func (d Design) checkImages(f faults) {
	f.unless(len(d.Images) <= MaxImages, "images", "%d images are more than %d", len(d.Images), MaxImages)
	for i, m := range d.Images {
		f := f.within(item("images", i))
		f.unless(ValidImageName(m.Name), "name", "an image is called by letters, digits, - and _, and ends with .png, .jpg, .jpeg or .webp: %q is not", m.Name)
		f.unless(!slices.ContainsFunc(d.Images[:i], func(o Image) bool { return o.Name == m.Name }), "name", "image %q is there twice", m.Name)
		f.unless(hexSHA256.MatchString(m.SHA256), "sha256", "the SHA-256 of the image is needed, as 64 hexadecimal digits")
	}
	if !d.Markdown {
		return
	}
	for at, w := range d.Wordings() {
		for _, l := range w.Languages() {
			for _, mark := range imageMark.FindAllStringSubmatch((*w)[l], -1) {
				_, there := d.Image(mark[1])
				f.unless(there, d.at(at, l), "this text shows the image %q, which the study does not have: upload it, or take it out of the text", mark[1])
			}
		}
	}
}
