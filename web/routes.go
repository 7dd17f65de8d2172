package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"vmstudy/web/static"
)

// routes is the table of contents of the web app: every URL is on this page.
func (s *Server) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.logged, s.recovered, guarded, s.sameOrigin, middleware.GetHead)
	r.NotFound(s.page(s.showNothing))
	r.MethodNotAllowed(s.page(s.showWrongMethod))

	r.Get("/", s.page(s.showHome))
	r.Get("/healthz", s.page(s.showHealth))
	r.Method("GET", "/static/*", http.StripPrefix("/static/", static.Handler()))

	r.With(bodyLimit(formLimit)).Group(func(r chi.Router) {
		r.Get("/signin", s.page(s.showSignIn))
		r.Post("/signin", s.page(s.signIn))
		r.Post("/signout", s.page(s.signOut))
	})
	r.Route("/lab", s.labRoutes)
	s.visitRoutes(r)
	return r
}

// labRoutes are the pages of experimenters.
func (s *Server) labRoutes(r chi.Router) {
	r.Use(s.signedIn)
}

// visitRoutes are the pages of participants, reached by the personal link.
func (s *Server) visitRoutes(r chi.Router) {
}

// visitPath is the path of a participant's personal link.
func visitPath(link string) string { return "/p/" + link }
