package page

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/view"
)

// markdown converts Markdown (CommonMark 0.31) to HTML. It leaves out HTML that stands in the text, and links to
// anything but pages and mail. A line break in the text stays one.
var markdown = goldmark.New(
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(ownImages{}, 0))),
	goldmark.WithRendererOptions(html.WithHardWraps()),
)

// ownImages lets a text show the images of its study, and puts the words of any other in its place: a page loads nothing from anywhere else.
type ownImages struct{}

// imagesKey is where the parser is told the path of an image, by its name.
var imagesKey = parser.NewContextKey()

// Transform implements parser.ASTTransformer.
func (ownImages) Transform(doc *ast.Document, _ source.Reader, pc parser.Context) {
	paths, _ := pc.Get(imagesKey).(map[string]string)
	var strange []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if image, is := n.(*ast.Image); is && entering {
			if path := paths[string(image.Destination)]; path != "" {
				image.Destination = []byte(path)
			} else {
				strange = append(strange, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, p := range strange {
		words := ast.NewEmphasis(1)
		for child := p.FirstChild(); child != nil; child = p.FirstChild() {
			words.AppendChild(words, child)
		}
		p.Parent().ReplaceChild(p.Parent(), p, words)
	}
}

// ProseOf returns a text of a study as participants read it: Markdown if the study says so, else paragraphs. images is the path under which the
// reader gets images, by their hashes; see SendImage.
func ProseOf(d study.Design, words, images string) templ.Component {
	if !d.Markdown {
		return view.Prose(Paragraphs(words))
	}
	pc := parser.NewContext()
	paths := map[string]string{}
	for _, m := range d.Images {
		paths[m.Name] = images + "/" + m.SHA256
	}
	pc.Set(imagesKey, paths)
	var out strings.Builder
	if err := markdown.Convert([]byte(words), &out, parser.WithContext(pc)); err != nil {
		return view.Prose(Paragraphs(words)) // a strings.Builder takes everything, so this does not happen
	}
	return templ.Raw(out.String())
}

// SendImage sends an image. Its address has its hash, so that what a browser keeps of it never goes stale; and a browser that is led to it by itself
// shows nothing that could act.
func SendImage(w http.ResponseWriter, f study.ImageFile) error {
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Length", strconv.Itoa(len(f.Content)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	_, err := w.Write(f.Content)
	return err
}

var blankLine = regexp.MustCompile(`\n[ \t]*\n\s*`)

// Paragraphs splits a text at its blank lines.
func Paragraphs(text string) []string {
	text = strings.TrimSpace(instrument.WithLF(text))
	if text == "" {
		return nil
	}
	return blankLine.Split(text, -1)
}
