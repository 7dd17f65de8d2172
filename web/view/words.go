package view

import (
	"context"
	"strings"

	"vmstudy/web/catalogue"
)

// say returns a text in the language of the page. Its key is the text in English; see package catalogue.
func say(ctx context.Context, text string, values ...any) string {
	return catalogue.Say(ctx, text, values...)
}

func languageOf(ctx context.Context) string { return string(catalogue.From(ctx).Language()) }

func directionOf(ctx context.Context) string {
	return catalogue.Direction(catalogue.From(ctx).Language())
}

// scriptWords are the texts that the page's scripts say; words.js reads them.
func scriptWords(ctx context.Context) any { return catalogue.From(ctx).Script() }

// keyPart is a part of a sentence: words, or the name of a key.
type keyPart struct {
	text string
	key  bool
}

// keysOf parts a sentence at the names of keys, which stand in brackets.
func keysOf(sentence string) (parts []keyPart) {
	for i, part := range strings.FieldsFunc(sentence, func(r rune) bool { return r == '[' || r == ']' }) {
		parts = append(parts, keyPart{text: part, key: i%2 == 1})
	}
	return parts
}
