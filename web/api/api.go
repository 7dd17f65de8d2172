package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/lab"
	"vmstudy/web/page"
)

// release is the version of the API. What a program of this version reads and sends stays; more may come.
const release = "1"

const (
	bodyLimit = 64 << 10           // bytes
	fileLimit = document.MaxBundle // bytes of a study file or a bundle
	deadline  = 30 * time.Second

	bodyPatience = 30 * time.Second // until a body must have come, which is small
)

// Server answers programs. Build it with New.
type Server struct {
	*page.Site
	lab   *lab.Server
	doc   huma.API
	turns turns
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
	Sends        string // the media type of a file that is the answer; empty: JSON
	Takes        string // the media types of a file that is asked for, with commas between; empty: JSON, if anything
}

// Add serves an operation by h.
func Add[I, O any](s *Server, o Operation, h func(context.Context, *I) (*O, error)) {
	op := describe(o)
	if _, sends := any(new(O)).(*huma.StreamResponse); sends {
		op.Responses = map[string]*huma.Response{"200": {Description: "The file.", Content: map[string]*huma.MediaType{cmp.Or(o.Sends, "application/zip"): aFile()}}}
	}
	huma.Register(s.doc, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
}

// errOtherKind is the kind of refusals of a file that is none of those which are taken.
var errOtherKind = errors.New("another kind of file") // 415

func aFile() *huma.MediaType {
	return &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
}

// problem returns what a program is told of err, and when it may ask again, if it asked too often.
func (s *Server) problem(ctx context.Context, err error) error {
	if errors.Is(err, errOtherKind) {
		return &huma.ErrorModel{Title: page.Heading(http.StatusUnsupportedMediaType), Status: http.StatusUnsupportedMediaType, Detail: study.Sentence(err)}
	}
	p := s.ProblemOf(request(ctx), err)
	told := &huma.ErrorModel{Title: p.Title, Status: p.Status, Detail: p.Detail}
	if p.Status == http.StatusTooManyRequests {
		return huma.ErrorWithHeaders(told, http.Header{"Retry-After": {"5"}})
	}
	return told
}

// refusals are the statuses of problems that each operation may answer with; those that send something may answer with refusalsOfBodies, too.
var (
	refusals         = []int{400, 401, 403, 404, 409, 422, 429, 500, 503}
	refusalsOfBodies = []int{413, 415}
)

// describe returns o as the document has it.
func describe(o Operation) huma.Operation {
	name := strings.NewReplacer("/", "-", "{", "", "}", "", ".", "-").Replace(o.Path)
	problems := slices.Clone(refusals)
	if o.Method == http.MethodPost {
		problems = append(problems, refusalsOfBodies...)
	}
	op := huma.Operation{
		Errors:      problems,
		OperationID: strings.ToLower(o.Method) + name, Method: o.Method, Path: o.Path, Summary: o.Says,
		Description:  "Needs the right: " + string(o.Right) + ".",
		Security:     []map[string][]string{{"token": {string(o.Right)}}},
		MaxBodyBytes: bodyLimit, BodyReadTimeout: bodyPatience,
	}
	if o.Takes != "" {
		op.MaxBodyBytes = fileLimit
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for _, kind := range strings.Split(o.Takes, ",") {
			op.RequestBody.Content[kind] = aFile()
		}
	}
	return op
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

// join returns texts as a form has several in one field.
func join(all []string) string { return strings.Join(all, ",") }

// count returns a number as a form has one that may be left out.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
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
