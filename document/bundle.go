package document

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"vmstudy/study"
)

// A bundle is a zip with the study file, study.yaml, and the images that its texts show, in the folder images.
const (
	bundleText   = "study.yaml"
	bundleImages = "images/"

	// MaxBundle is the size of the largest bundle that is read, in bytes, packed and unpacked.
	MaxBundle  = study.MaxImages*study.MaxImageSize + 2*MaxSize
	maxEntries = 4 * study.MaxImages
)

// IsBundle reports whether content begins as a zip does.
func IsBundle(content []byte) bool { return bytes.HasPrefix(content, []byte("PK\x03\x04")) }

// ReadFile reads a study file or a bundle, whichever content is.
func ReadFile(content []byte) (study.Design, []study.ImageFile, []Fault) {
	if IsBundle(content) {
		return ReadBundle(content)
	}
	d, faults := Read(content)
	return d, nil, faults
}

// CheckFile does what Check does, of a study file or of a bundle. A fault of the design in a bundle has no line.
func CheckFile(content []byte) (study.Design, []Fault) {
	if !IsBundle(content) {
		return Check(content)
	}
	d, _, faults := ReadBundle(content)
	if len(faults) > 0 {
		return d, faults
	}
	for _, f := range d.Faults() {
		faults = append(faults, Fault{At: f.At, Say: f.Say})
	}
	return d, faults
}

// WriteBundle writes a bundle of a study file, whose text may be in any format, and of the images of d. file returns the content of an image.
// The same study gives the same bytes.
func WriteBundle(w io.Writer, text string, d study.Design, file func(sha256 string) (study.ImageFile, error)) error {
	z := zip.NewWriter(w)
	add := func(name string, content []byte) error {
		entry, err := z.Create(name)
		if err == nil {
			_, err = entry.Write(content)
		}
		return err
	}
	if err := add(bundleText, []byte(text)); err != nil {
		return err
	}
	for _, m := range d.Images {
		if !study.ValidImageName(m.Name) {
			return study.Refuse(study.ErrInvalid, "The image %q needs another name before the study can be packed: letters, digits, - and _, and .png, .jpg, .jpeg or .webp at the end.", m.Name)
		}
		f, err := file(m.SHA256)
		if err != nil {
			return fmt.Errorf("image %s: %w", m.Name, err)
		}
		if err := add(bundleImages+m.Name, f.Content); err != nil {
			return err
		}
	}
	return z.Close()
}

// ReadBundle reads a bundle that anybody may have made. text is the study file in it, and files are its images; d is what text says, with the
// images of the bundle where text lists none. Everything that is not a study file or an image in its place is a fault: a path that leads out, a
// link, a folder, a second entry of a name, more entries or bytes than there may be.
func ReadBundle(content []byte) (d study.Design, files []study.ImageFile, faults []Fault) {
	if len(content) > MaxBundle {
		return d, nil, []Fault{{Say: fmt.Sprintf("a bundle has at most %d MB", MaxBundle>>20)}}
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return d, nil, []Fault{{Say: "this is a zip that cannot be read: pack it again"}}
	}
	b := bundle{left: MaxBundle}
	b.read(z)
	if len(b.faults) > 0 {
		return d, nil, b.faults
	}
	if d, faults = Read(b.text); len(faults) > 0 {
		return d, nil, faults
	}
	d, faults = b.settle(d)
	return d, b.files, faults
}

// bundle is what has been read of one.
type bundle struct {
	left   int64 // bytes that may still be unpacked
	text   []byte
	images []study.Image
	files  []study.ImageFile
	faults []Fault
}

func (b *bundle) fault(at, say string, args ...any) {
	b.faults = append(b.faults, Fault{At: at, Say: fmt.Sprintf(say, args...)})
}

func (b *bundle) read(z *zip.Reader) {
	if len(z.File) > maxEntries {
		b.fault("", "%d entries are more than %d", len(z.File), maxEntries)
		return
	}
	var names []string
	for _, f := range z.File {
		if f.Name == bundleImages || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasSuffix(f.Name, ".DS_Store") { // what programs that pack add by themselves
			continue
		}
		image, is := strings.CutPrefix(f.Name, bundleImages)
		switch at := shortened(f.Name); {
		case f.Name != bundleText && !(is && study.ValidImageName(image)):
			b.fault(at, "a bundle has %s and %sNAME.png, .jpg, .jpeg or .webp, and nothing else", bundleText, bundleImages)
		case !f.Mode().IsRegular():
			b.fault(at, "this is no file")
		case slices.Contains(names, f.Name):
			b.fault(at, "this is there twice")
		default:
			names = append(names, f.Name)
			b.take(f, image)
		}
	}
	if b.text == nil && len(b.faults) == 0 {
		b.fault("", "there is no %s in the zip", bundleText)
	}
}

// take unpacks a file: the image of that name, or the study file.
func (b *bundle) take(f *zip.File, image string) {
	content, err := b.unpack(f)
	switch {
	case err != nil:
		b.fault(f.Name, "%s", err)
	case f.Name == bundleText:
		b.text = content
	case len(b.images) == study.MaxImages:
		b.fault(f.Name, "a study has at most %d images", study.MaxImages)
	default:
		m, file, err := ReadImage(image, content)
		if err != nil {
			b.fault(f.Name, "%s", study.Sentence(err))
			return
		}
		b.images, b.files = append(b.images, m), append(b.files, file)
	}
}

// unpack reads a file, and no more of it than there may be, whatever it says of its size.
func (b *bundle) unpack(f *zip.File) ([]byte, error) {
	most := min(b.left, int64(study.MaxImageSize))
	if f.Name == bundleText {
		most = min(b.left, MaxSize)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("this cannot be unpacked")
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	b.left -= int64(len(content))
	switch {
	case int64(len(content)) > most:
		return nil, fmt.Errorf("this is larger than it may be: %d KB", most>>10)
	case err != nil:
		return nil, fmt.Errorf("this is damaged")
	}
	return content, nil
}

// settle gives d the images of the bundle, and says which that it names are missing or others.
func (b *bundle) settle(d study.Design) (study.Design, []Fault) {
	if len(d.Images) == 0 {
		d.Images = b.images
		return d, nil
	}
	for _, m := range b.images {
		if _, named := d.Image(m.Name); !named {
			b.fault(bundleImages+m.Name, "the study file lists its images, and not this one: add it to images, or take it out of the zip")
		}
	}
	for i, m := range d.Images {
		j := slices.IndexFunc(b.images, func(o study.Image) bool { return o.Name == m.Name })
		at := inList("images", i)
		switch {
		case j < 0:
			b.fault(at, "there is no %s%s in the zip", bundleImages, m.Name)
		case b.images[j].SHA256 != m.SHA256:
			b.fault(at, "%s%s is another image than the study file names: mend its sha256, or take out the list of images", bundleImages, m.Name)
		}
	}
	return d, b.faults
}
