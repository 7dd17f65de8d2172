package webtest

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// All returns the elements with the given name ("" for any) and attribute, as in all(page, "input",
// "name=title"). An attribute without a value matches any value, and class=x matches if x is among
// the classes.
func All(n *html.Node, name, attribute string) []*html.Node {
	var found []*html.Node
	for e := range n.Descendants() {
		if e.Type == html.ElementNode && (name == "" || e.Data == name) && matches(e, attribute) {
			found = append(found, e)
		}
	}
	return found
}

func matches(e *html.Node, attribute string) bool {
	if attribute == "" {
		return true
	}
	key, want, valued := strings.Cut(attribute, "=")
	for _, a := range e.Attr {
		if a.Key != key {
			continue
		}
		if !valued || a.Val == want || (key == "class" && slices.Contains(strings.Fields(a.Val), want)) {
			return true
		}
	}
	return false
}

// Attr returns the value of an attribute, "" if e has none.
func Attr(e *html.Node, key string) string {
	for _, a := range e.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// Text returns the text inside n, without that of scripts, with each run of white space as one space.
func Text(n *html.Node) string {
	var b strings.Builder
	for e := range n.Descendants() {
		if e.Type == html.TextNode && (e.Parent == nil || e.Parent.Data != "script") {
			b.WriteString(e.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
