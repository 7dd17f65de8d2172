package view

import (
	"context"
	"net/http"
)

type opensKey struct{}

// Allow returns a context of pages for somebody of whom opens knows what they may ask for: an address, by a method. Pages leave out each link and
// form that would be refused to them. Without it a page offers nothing of the laboratory.
func Allow(ctx context.Context, opens func(method, address string) bool) context.Context {
	return context.WithValue(ctx, opensKey{}, opens)
}

// gets reports whether the reader of a page may open an address, as in "/lab/audit".
func gets[S ~string](ctx context.Context, address S) bool {
	return opens(ctx, http.MethodGet, string(address))
}

// posts reports whether the reader of a page may send a form to an address.
func posts[S ~string](ctx context.Context, address S) bool {
	return opens(ctx, http.MethodPost, string(address))
}

func opens(ctx context.Context, method, address string) bool {
	f, known := ctx.Value(opensKey{}).(func(string, string) bool)
	return known && f(method, address)
}
