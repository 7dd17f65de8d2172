package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/web/lab"
	"vmstudy/web/page"
)

// release is the version of the API. What a program of this version reads and sends stays; more may come.
const release = "1"

const (
	bodyLimit = 64 << 10 // bytes
	deadline  = 30 * time.Second

	bodyPatience = 30 * time.Second // until a body must have come, which is small
)

// Server answers programs. Build it with New.
type Server struct {
	*page.Site
	lab *lab.Server
	doc huma.API
}

// New returns a server which does what pages does.
func New(site *page.Site, pages *lab.Server) *Server { return &Server{Site: site, lab: pages} }

// On says that the operations which follow are served by r.
func (s *Server) On(r chi.Router) {
	c := huma.DefaultConfig("vmstudy", release)
	c.Info.Description = "What a laboratory does with its studies, for programs. See docs/api.md."
	c.Servers = []*huma.Server{{URL: "../v1"}} // beside the document, wherever that is
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{inASentence}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "A token of the page Account."}}
	s.doc = humachi.New(r, c)
}

// An Operation is what a program can ask for at an address.
type Operation struct {
	Method, Path string
	Says         string // what it does, in one sentence
	Right        study.Right
}

// Add serves an operation by h.
func Add[I, O any](s *Server, o Operation, h func(context.Context, *I) (*O, error)) {
	op := describe(o)
	if _, sends := any(new(O)).(*huma.StreamResponse); sends {
		file := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
		op.Responses = map[string]*huma.Response{"200": {Description: "The file.", Content: map[string]*huma.MediaType{"application/zip": file}}}
	}
	huma.Register(s.doc, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			p := s.ProblemOf(request(ctx), err)
			return nil, &huma.ErrorModel{Title: p.Title, Status: p.Status, Detail: p.Detail}
		}
		return out, nil
	})
}

// describe returns o as the document has it.
func describe(o Operation) huma.Operation {
	name := strings.NewReplacer("/", "-", "{", "", "}", "").Replace(o.Path)
	return huma.Operation{
		OperationID: strings.ToLower(o.Method) + name, Method: o.Method, Path: o.Path, Summary: o.Says,
		Description:  "Needs the right: " + string(o.Right) + ".",
		Security:     []map[string][]string{{"token": {string(o.Right)}}},
		MaxBodyBytes: bodyLimit, BodyReadTimeout: bodyPatience,
	}
}

// inASentence makes of what was found wrong with a request a sentence for who wrote the program.
func inASentence(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	m.Title = page.Heading(m.Status)
	if len(m.Errors) > 0 {
		m.Detail = "This cannot be taken as it is: " + m.Errors[0].Message
		if at := m.Errors[0].Location; at != "" {
			m.Detail += ", in " + at
		}
	}
	m.Detail = page.Sentence(m.Detail)
	return m, nil
}

type requestKey struct{}

// Prepared gives handlers their request, and says until when they must be done. An export takes as long as it takes.
func Prepared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if !strings.HasSuffix(r.URL.Path, "/export") {
			limited, cancel := context.WithTimeout(ctx, deadline)
			defer cancel()
			ctx = limited
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, requestKey{}, r)))
	})
}

func request(ctx context.Context) *http.Request { return ctx.Value(requestKey{}).(*http.Request) }

// Document returns the OpenAPI document.
func (s *Server) Document() ([]byte, error) {
	return json.MarshalIndent(s.doc.OpenAPI(), "", "  ")
}

// ShowDocument sends the OpenAPI document, to everybody: there is nothing of anybody in it.
func (s *Server) ShowDocument(w http.ResponseWriter, _ *http.Request) error {
	text, err := s.Document()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
	_, err = w.Write(text)
	return err
}

// form puts what a program asked for under the names of a form's fields, where the audit sees it, too.
func form(ctx context.Context, fields map[string]string, more ...func(url.Values)) url.Values {
	in := url.Values{}
	for name, value := range fields {
		in.Set(name, value)
	}
	for _, add := range more {
		add(in)
	}
	page.Remember(ctx, in)
	return in
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// when returns t for JSON; nil for a time that is not known.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// found returns study.ErrNotFound for the place of something that is not in a list.
func found(i int) error {
	if i < 0 {
		return study.ErrNotFound
	}
	return nil
}

var errCursor = study.Refuse(study.ErrInvalid, "This cursor is not one that a list has returned. Begin without one, and go on with the next of each answer.")
