package page

import (
	"regexp"
	"strings"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"vmstudy/study"
	"vmstudy/web/view"
)

// markdown converts Markdown (CommonMark 0.31) to HTML. It leaves out HTML that stands in the text, and links to
// anything but pages and mail. A line break in the text stays one.
var markdown = goldmark.New(
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(withoutPictures{}, 0))),
	goldmark.WithRendererOptions(html.WithHardWraps()),
)

// withoutPictures puts the words of a picture in its place: a page loads nothing from anywhere else.
type withoutPictures struct{}

// Transform implements parser.ASTTransformer.
func (withoutPictures) Transform(doc *ast.Document, _ source.Reader, _ parser.Context) {
	var pictures []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if entering && n.Kind() == ast.KindImage {
			pictures = append(pictures, n)
		}
		return ast.WalkContinue, nil
	})
	for _, p := range pictures {
		words := ast.NewEmphasis(1)
		for child := p.FirstChild(); child != nil; child = p.FirstChild() {
			words.AppendChild(words, child)
		}
		p.Parent().ReplaceChild(p.Parent(), p, words)
	}
}

// ProseOf returns a text of a study as participants read it: Markdown if the study says so, else paragraphs.
func ProseOf(d study.Design, words string) templ.Component {
	if !d.Markdown {
		return view.Prose(Paragraphs(words))
	}
	var out strings.Builder
	if err := markdown.Convert([]byte(words), &out); err != nil {
		return view.Prose(Paragraphs(words)) // a strings.Builder takes everything, so this does not happen
	}
	return templ.Raw(out.String())
}

var blankLine = regexp.MustCompile(`\n[ \t]*\n\s*`)

// Paragraphs splits a text at its blank lines.
func Paragraphs(text string) []string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return nil
	}
	return blankLine.Split(text, -1)
}
