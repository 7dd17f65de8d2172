package page

import (
	"strings"
	"testing"

	"vmstudy/study"
)

func TestMarkdownOfAStudyHasNothingThatActs(t *testing.T) {
	for name, test := range map[string]struct{ words, html string }{
		"paragraphs":            {"One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>\n"},
		"line breaks stay":      {"One\ntwo", "<p>One<br>\ntwo</p>\n"},
		"emphasis and a list":   {"You *may* stop:\n\n- now\n- later", "<p>You <em>may</em> stop:</p>\n<ul>\n<li>now</li>\n<li>later</li>\n</ul>\n"},
		"a heading":             {"## Risks", "<h2>Risks</h2>\n"},
		"HTML is left out":      {"a <b onclick=x>b</b>\n\n<script>alert(1)</script>", "<p>a <!-- raw HTML omitted -->b<!-- raw HTML omitted --></p>\n<!-- raw HTML omitted -->\n"},
		"a link to a page":      {"[us](https://example.org)", "<p><a href=\"https://example.org\">us</a></p>\n"},
		"a link that acts":      {"[us](javascript:alert(1))", "<p><a href=\"\">us</a></p>\n"},
		"a picture from afar":   {"![a *cat*](https://example.org/cat.png)", "<p><em>a <em>cat</em></em></p>\n"},
		"an image of the study": {"![a *room*](room.png)", "<p><img src=\"/images/c0\" alt=\"a room\"></p>\n"},
		"another image":         {"![a room](../room.png)", "<p><em>a room</em></p>\n"},
		"characters of HTML":    {"1 < 2 & \"3\"", "<p>1 &lt; 2 &amp; &quot;3&quot;</p>\n"},
		"nothing":               {"", ""},
		"plain text is no HTML": {"<i>plain</i> *stars*", ""},
	} {
		var out strings.Builder
		d := study.Design{Markdown: name != "plain text is no HTML", Images: []study.Image{{Name: "room.png", SHA256: "c0"}}}
		want := test.html
		if !d.Markdown {
			want = "<p>&lt;i&gt;plain&lt;/i&gt; *stars*</p>"
		}
		if err := ProseOf(d, test.words, "/images").Render(t.Context(), &out); err != nil || out.String() != want {
			t.Errorf("%s: %q (error %v), want %q", name, out.String(), err, want)
		}
	}
}
