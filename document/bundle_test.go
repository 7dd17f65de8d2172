package document_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/study"
)

// picture returns a PNG.
func picture(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 8, 4))
	m.Set(3, 2, color.White)
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// entry is a file of a zip. A mode of 0 is that of a plain file.
type entry struct {
	name, content string
	mode          fs.FileMode
}

func zipped(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode != 0 {
			h.SetMode(e.mode)
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write([]byte(e.content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const smallStudy = "format: 5\ntitle: \"A study\"\n"

func TestABundleGoesOutAndInAgain(t *testing.T) {
	m, file, err := document.ReadImage("room.png", picture(t))
	if err != nil {
		t.Fatal(err)
	}
	d := study.Design{Title: study.Plain("A study"), Images: []study.Image{m}}
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		err := document.WriteBundle(out, document.Write(d), d, func(hash string) (study.ImageFile, error) {
			if hash != file.SHA256 {
				return study.ImageFile{}, errors.New("another image")
			}
			return file, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) || !document.IsBundle(first.Bytes()) {
		t.Error("the same study gives other bytes, or no zip")
	}
	got, files, faults := document.ReadFile(first.Bytes())
	if diff := cmp.Diff(d, got); diff != "" || len(faults) > 0 || len(files) != 1 || !bytes.Equal(files[0].Content, file.Content) || files[0].Type != "image/png" {
		t.Errorf("faults %v, %d files, design (-want +got):\n%s", faults, len(files), diff)
	}
}

func TestABundleNeedsNoListOfItsImages(t *testing.T) {
	content := picture(t)
	d, files, faults := document.ReadBundle(zipped(t, entry{"study.yaml", smallStudy, 0}, entry{"images/", "", fs.ModeDir | 0o755}, entry{"images/room.png", string(content), 0},
		entry{"__MACOSX/._study.yaml", "x", 0}, entry{".DS_Store", "x", 0}))
	if len(faults) > 0 || len(files) != 1 || len(d.Images) != 1 || d.Images[0].Name != "room.png" || d.Images[0].SHA256 != files[0].SHA256 {
		t.Errorf("images %v, faults %v", d.Images, faults)
	}
}

func TestHostileBundlesAreRefused(t *testing.T) {
	good := entry{"study.yaml", smallStudy, 0}
	content := string(picture(t))
	many := []entry{good}
	for i := range 200 {
		many = append(many, entry{fmt.Sprintf("images/%d.png", i), content, 0})
	}
	for name, test := range map[string]struct {
		content []byte
		say     string
	}{
		"a path that leads out":         {zipped(t, good, entry{"../evil.png", content, 0}), "nothing else"},
		"a path out of its folder":      {zipped(t, good, entry{"images/../../evil.png", content, 0}), "nothing else"},
		"an absolute path":              {zipped(t, good, entry{"/etc/evil.png", content, 0}), "nothing else"},
		"a path of Windows":             {zipped(t, good, entry{`images\evil.png`, content, 0}), "nothing else"},
		"a folder in the folder":        {zipped(t, good, entry{"images/deep/evil.png", content, 0}), "nothing else"},
		"a link":                        {zipped(t, good, entry{"images/evil.png", "/etc/passwd", fs.ModeSymlink | 0o777}), "this is no file"},
		"a device":                      {zipped(t, good, entry{"images/evil.png", "", fs.ModeDevice | 0o777}), "this is no file"},
		"a name twice":                  {zipped(t, good, entry{"study.yaml", smallStudy, 0}), "there twice"},
		"too many entries":              {zipped(t, many...), "201 entries"},
		"a bomb":                        {zipped(t, entry{"study.yaml", strings.Repeat("#", 64<<20), 0}), "larger than it may be"},
		"an image that is a bomb":       {zipped(t, good, entry{"images/a.png", strings.Repeat("x", 64<<20), 0}), "larger than it may be"},
		"an SVG":                        {zipped(t, good, entry{"images/a.svg", "<svg/>", 0}), "nothing else"},
		"an SVG by another name":        {zipped(t, good, entry{"images/a.png", "<svg onload='alert(1)'/>", 0}), "no PNG, JPEG or WebP"},
		"HTML by another name":          {zipped(t, good, entry{"images/a.jpg", "<script>alert(1)</script>", 0}), "no PNG, JPEG or WebP"},
		"no study":                      {zipped(t, entry{"images/a.png", content, 0}), "there is no study.yaml"},
		"a study that lacks its image":  {zipped(t, entry{"study.yaml", smallStudy + "images: [{name: a.png, sha256: \"00\"}]\n", 0}), "there is no images/a.png"},
		"an image that is not listed":   {zipped(t, entry{"study.yaml", smallStudy + "images: [{name: a.png, sha256: " + fmt.Sprintf("%x", sha256.Sum256([]byte(content))) + "}]\n", 0}, entry{"images/a.png", content, 0}, entry{"images/b.png", content, 0}), "not this one"},
		"a study with another image":    {zipped(t, entry{"study.yaml", smallStudy + "images: [{name: a.png, sha256: \"00\"}]\n", 0}, entry{"images/a.png", content, 0}), "another image"},
		"a study with a fault":          {zipped(t, entry{"study.yaml", "format: 5\nnothing: 1\n", 0}), "nobody knows this field"},
		"a zip that is cut off":         {zipped(t, good)[:60], "cannot be read"},
		"more bytes than there may be":  {append([]byte("PK\x03\x04"), make([]byte, document.MaxBundle)...), "at most 32 MB"},
		"data that are another's bytes": {broken(zipped(t, entry{"study.yaml", smallStudy + randomComment(), 0})), "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			_, files, faults := document.ReadFile(test.content)
			if len(faults) == 0 || !strings.Contains(fmt.Sprint(faults), test.say) {
				t.Errorf("faults %v and %d files, want %q", faults, len(files), test.say)
			}
		})
	}
}

// randomComment returns a line that does not get shorter when it is packed.
func randomComment() string {
	r := rand.New(rand.NewPCG(1, 2))
	var s strings.Builder
	for range 2000 {
		s.WriteByte(byte('!' + r.IntN(90)))
	}
	return "# " + s.String() + "\n"
}

// broken changes a byte of what is packed.
func broken(content []byte) []byte {
	content[len(content)/2] ^= 0xff
	return content
}

func TestImagesAreKnownByTheirBytes(t *testing.T) {
	small := picture(t)
	wide := image.NewGray(image.Rect(0, 0, 6001, 1))
	var photo, large bytes.Buffer
	if err := errors.Join(jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 9, 9)), nil), png.Encode(&large, wide)); err != nil {
		t.Fatal(err)
	}
	webp := "RIFF\x1e\x00\x00\x00WEBPVP8L\x11\x00\x00\x00\x2f\x00\x00\x00\x00" + strings.Repeat("\x00", 13)
	for name, test := range map[string]struct{ file, content, kind, say string }{
		"a PNG":                         {"a.png", string(small), "image/png", ""},
		"a JPEG":                        {"a.jpeg", photo.String(), "image/jpeg", ""},
		"a JPEG with the name of a PNG": {"a.png", photo.String(), "image/jpeg", ""},
		"a WebP":                        {"a.webp", webp, "image/webp", ""},
		"a PNG that is cut off":         {"a.png", string(small[:len(small)-20]), "", "damaged"},
		"a JPEG that is cut off":        {"a.jpg", photo.String()[:100], "", "damaged"},
		"a WebP that is cut off":        {"a.webp", webp[:len(webp)-1], "", "damaged"},
		"one that is too wide":          {"a.png", large.String(), "", "6000 pixels"},
		"a GIF":                         {"a.png", "GIF89a", "", "no PNG"},
		"nothing":                       {"a.png", "", "", "no PNG"},
		"one with a path for a name":    {"../a.png", string(small), "", "another name"},
		"one with the name of a page":   {"a.html", string(small), "", "another name"},
		"one that is too large":         {"a.png", strings.Repeat("x", study.MaxImageSize+1), "", "more than 1 MB"},
	} {
		m, f, err := document.ReadImage(test.file, []byte(test.content))
		if test.say != "" {
			if !strings.Contains(study.Sentence(err), test.say) || !errors.Is(err, study.ErrInvalid) {
				t.Errorf("%s: %v, want %q", name, err, test.say)
			}
			continue
		}
		if err != nil || f.Type != test.kind || m.Name != test.file || m.SHA256 != document.HashOf(test.content) {
			t.Errorf("%s: %v, %+v, %v", name, f.Type, m, err)
		}
	}
}

func FuzzReadBundle(f *testing.F) {
	var t testing.T
	f.Add(zipped(&t, entry{"study.yaml", smallStudy, 0}))
	f.Fuzz(func(t *testing.T, content []byte) {
		d, files, faults := document.ReadBundle(content)
		if len(faults) == 0 && len(files) > 0 && len(d.Images) == 0 {
			t.Errorf("%d files of no image", len(files))
		}
	})
}
