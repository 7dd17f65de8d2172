package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

var update = flag.Bool("update", false, "write docs/openapi.json anew")

// program asks a lab by a token, and holds each answer to the OpenAPI document that the server sends.
type program struct {
	*webtest.Lab
	doc     map[string]any
	schemas *jsonschema.Compiler
	seen    *witness // of what the audit says
}

// programOf returns a program of somebody with a role in a study, with a token that names some rights.
func programOf(l *webtest.Lab) *program {
	l.T.Helper()
	l.Login = nil
	p := &program{Lab: l}
	a := l.Get("/api/v1/openapi.json")
	l.Wants(a, 200, "")
	l.Must(json.Unmarshal([]byte(a.Body), &p.doc))
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(a.Body))
	l.Must(err)
	p.schemas = jsonschema.NewCompiler()
	p.schemas.DefaultDraft(jsonschema.Draft2020)
	l.Must(p.schemas.AddResource("openapi.json", parsed))
	return p
}

// token gives somebody a token.
func (p *program) token(secret string, of study.ExperimenterID, change func(*study.Token)) {
	p.T.Helper()
	hash := sha256.Sum256([]byte(secret))
	t := study.Token{Owner: of, Name: secret, SHA256: hash[:], Rights: study.TokenRights(), Changes: true, MadeAt: p.Now, ExpiresAt: p.Now.Add(time.Hour)}
	change(&t)
	_, err := p.Store.AddToken(p.T.Context(), t)
	p.Must(err)
}

// ask sends a request with a token, and fails the test unless the answer has the status and is as the document says. It returns what the answer has.
func (p *program) ask(token, method, path, body string, status int) map[string]any {
	p.T.Helper()
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	p.Handler.ServeHTTP(w, r.WithContext(p.T.Context()))
	text, err := io.ReadAll(w.Result().Body)
	p.Must(err)
	if w.Code != status {
		p.T.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, status, text)
	}
	return p.conforms(method, path, w, text)
}

// conforms fails the test unless an answer is one that the document has for its route and status.
func (p *program) conforms(method, path string, w *httptest.ResponseRecorder, text []byte) map[string]any {
	p.T.Helper()
	found := chi.NewRouteContext()
	path, _, _ = strings.Cut(path, "?")
	if !p.Handler.(chi.Routes).Match(found, method, "/api/v1"+path) {
		p.T.Fatalf("no route takes %s %s", method, path)
	}
	route := strings.TrimPrefix(found.RoutePattern(), "/api/v1")
	at := []string{"paths", route, strings.ToLower(method), "responses"}
	responses := p.at(at...)
	code := fmt.Sprint(w.Code)
	if responses[code] == nil {
		code = "default"
	}
	if w.Code == http.StatusNoContent {
		return nil
	}
	kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	at = append(at, code, "content", kind, "schema")
	if p.at(at...) == nil {
		p.T.Fatalf("%s %s: status %d has the type %s, which the document has not: %v", method, route, w.Code, kind, responses)
	}
	if kind == "application/zip" || kind == "application/yaml" {
		return map[string]any{"file": text}
	}
	for i := range at {
		at[i] = strings.NewReplacer("~", "~0", "/", "~1").Replace(at[i])
	}
	schema, err := p.schemas.Compile("openapi.json#/" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(strings.Join(at, "/")))
	p.Must(err)
	answer, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	p.Must(err)
	if err := schema.Validate(answer); err != nil {
		p.T.Errorf("%s %s: the answer is not as the document says: %v\n%s", method, route, err, text)
	}
	out, _ := answer.(map[string]any)
	return out
}

// at returns a part of the document, or nil.
func (p *program) at(keys ...string) map[string]any {
	here := p.doc
	for _, k := range keys {
		here, _ = here[k].(map[string]any)
	}
	return here
}

func items(answer map[string]any) (all []map[string]any) {
	for _, x := range answer["items"].([]any) {
		all = append(all, x.(map[string]any))
	}
	return all
}

func TestTheDocumentIsCurrent(t *testing.T) {
	const path = "../../docs/openapi.json"
	l := webtest.NewLab(t)
	l.Login = nil
	a := l.Get("/api/v1/openapi.json")
	l.Wants(a, 200, "")
	if *update {
		l.Must(os.WriteFile(path, []byte(a.Body+"\n"), 0o644))
	}
	want, err := os.ReadFile(path)
	l.Must(err)
	if a.Body+"\n" != string(want) {
		t.Errorf("%s is not what the server sends: run go test ./web/api -run Document -update, and read what has changed", path)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	l.Must(json.Unmarshal([]byte(a.Body), &doc))
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("the document is OpenAPI %s, want 3.1", doc.OpenAPI)
	}
	n := 0
	l.Must(chi.Walk(l.Handler.(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		path, of := strings.CutPrefix(pattern, "/api/v1")
		if of && path != "/openapi.json" {
			if n++; doc.Paths[path][strings.ToLower(method)] == nil {
				t.Errorf("the document has not %s %s", method, path)
			}
		}
		return nil
	}))
	if n < 20 {
		t.Errorf("only %d operations", n)
	}
}

func TestOnlyATokenLetsIn(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(webtestDesign(), true)
	cookie := l.Login
	p := programOf(l)
	p.token("works", l.Ada.ID, func(*study.Token) {})
	p.token("old", l.Ada.ID, func(k *study.Token) { k.ExpiresAt = k.MadeAt.Add(time.Nanosecond) })
	l.Now = l.Now.Add(time.Second)
	path := fmt.Sprintf("/studies/%d", st)
	if got := p.ask("works", "GET", path, "", 200)["id"]; fmt.Sprint(got) != fmt.Sprint(st) {
		t.Errorf("study %v, want %d", got, st)
	}
	for _, token := range []string{"", "old", "mistyped"} {
		answer := p.ask(token, "GET", path, "", 401)
		if say := fmt.Sprint(answer["detail"]); !strings.Contains(say, "token") || !strings.HasSuffix(say, ".") && !strings.HasSuffix(say, "...") {
			t.Errorf("the token %q is refused with %q, want a sentence", token, say)
		}
	}
	l.Login = cookie
	if a := l.Get("/api/v1" + path); a.StatusCode != 401 || a.Header.Get("WWW-Authenticate") == "" || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("with a cookie and no token: status %d, headers %v", a.StatusCode, a.Header)
	}
	l.Login = nil
	r := httptest.NewRequest("GET", "/lab", nil)
	r.Header.Set("Authorization", "Bearer works")
	if a := l.Do(r); a.StatusCode != 303 {
		t.Errorf("a page of the lab with a token: status %d, want the way to the sign-in page", a.StatusCode)
	}
}

func TestATokenGivesNoMoreThanItNames(t *testing.T) {
	l := webtest.NewLab(t)
	st, other := l.Study(webtestDesign(), true), l.Study(webtestDesign(), true)
	p := programOf(l)
	p.token("narrow", l.Ada.ID, func(k *study.Token) { k.Rights, k.Study = []study.Right{study.See, study.Conduct}, st })
	p.token("reads", l.Ada.ID, func(k *study.Token) { k.Changes = false })
	if got := items(p.ask("narrow", "GET", "/studies", "", 200)); len(got) != 1 {
		t.Errorf("a token for one study lists %v", got)
	}
	p.ask("narrow", "GET", fmt.Sprintf("/studies/%d", other), "", 403)
	for path, want := range map[string]string{
		fmt.Sprintf("/studies/%d/sessions", st):       "needs the right to read",
		fmt.Sprintf("/studies/%d/export", st):         "needs the right to analyse",
		fmt.Sprintf("/studies/%d/participants", 4711): "needs the right to conduct",
	} {
		if say := fmt.Sprint(p.ask("narrow", "GET", path, "", 403)["detail"]); !strings.Contains(say, want) {
			t.Errorf("%s: %q, want %q", path, say, want)
		}
	}
	say := p.ask("reads", "POST", fmt.Sprintf("/studies/%d/participants", st), `{"number": 1}`, 403)["detail"]
	if !strings.Contains(fmt.Sprint(say), "only reads") {
		t.Errorf("a token that only reads is refused with %q", say)
	}
	if people, err := l.Store.Participants(t.Context(), st); err != nil || len(people) > 0 {
		t.Errorf("%d participants, error %v: want none", len(people), err)
	}
}

func TestListsComeInParts(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(webtestDesign(), true)
	p := programOf(l)
	p.token("works", l.Ada.ID, func(*study.Token) {})
	path := fmt.Sprintf("/studies/%d/participants", st)
	made := p.ask("works", "POST", path, `{"number": 5}`, 200)["made"].([]any)
	if url := fmt.Sprint(made[0].(map[string]any)["url"]); len(made) != 5 || !strings.HasPrefix(url, "http://example.com/p/") {
		t.Fatalf("made %v, want five links", made)
	}
	var codes []string
	cursor, parts := "", 0
	for {
		answer := p.ask("works", "GET", path+"?limit=2&cursor="+cursor, "", 200)
		for _, x := range items(answer) {
			codes = append(codes, fmt.Sprint(x["code"]))
		}
		parts++
		if answer["next"] == nil {
			break
		}
		cursor = fmt.Sprint(answer["next"])
	}
	if got := strings.Join(codes, " "); got != "P001 P002 P003 P004 P005" || parts != 3 {
		t.Errorf("%s in %d parts, want five people in three", got, parts)
	}
	for query, want := range map[string]string{
		"?limit=0": "limit", "?limit=many": "limit", "?cursor=none": "Begin without one", "?page=2": "page",
	} {
		if say := fmt.Sprint(p.ask("works", "GET", path+query, "", 422)["detail"]); !strings.Contains(say, want) || !strings.HasSuffix(say, ".") {
			t.Errorf("%s: %q, want a sentence with %q", query, say, want)
		}
	}
	for body, want := range map[string]string{
		`{"number": 0}`: "from 1 to 200", `{"number": "x"}`: "body.number", `{`: "", `{"number": 1, "more": 1}`: "more", "": "body",
	} {
		status := 422
		if body == `{` || body == "" {
			status = 400
		}
		if say := fmt.Sprint(p.ask("works", "POST", path, body, status)["detail"]); !strings.Contains(say, want) || !strings.HasSuffix(say, ".") {
			t.Errorf("%s: %q, want a sentence with %q", body, say, want)
		}
	}
	p.ask("works", "POST", path, `{"number": 1, "more": "`+strings.Repeat("x", 64<<10)+`"}`, 413)
	p.ask("works", "GET", path+"/4711", "", 404)
}

func TestAProgramThatAsksTooOftenWaits(t *testing.T) {
	l := webtest.NewLab(t)
	p := programOf(l)
	p.token("works", l.Ada.ID, func(*study.Token) {})
	for range 60 {
		p.ask("works", "GET", "/studies", "", 200)
	}
	p.ask("works", "GET", "/studies", "", 429)
	l.Now = l.Now.Add(time.Second)
	p.ask("works", "GET", "/studies", "", 200)
}

// deadlined notes until when a request's body must have come.
type deadlined struct {
	*httptest.ResponseRecorder
	by time.Time
}

func (d *deadlined) SetReadDeadline(by time.Time) error {
	d.by = by
	return nil
}

// A body that never comes would hold its connection for ever, even if the token has been revoked since.
func TestABodyHasToComeInTime(t *testing.T) {
	l := webtest.NewLab(t)
	p := programOf(l)
	p.token("works", l.Ada.ID, func(*study.Token) {})
	r := httptest.NewRequest("POST", fmt.Sprintf("/api/v1/studies/%d/participants", l.Study(studytest.OneTrial(), true)), strings.NewReader(`{"number": 1}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer works")
	w := &deadlined{ResponseRecorder: httptest.NewRecorder()}
	p.Handler.ServeHTTP(w, r)
	if left := time.Until(w.by); w.Code != 200 || left < time.Second || left > time.Minute {
		t.Errorf("status %d, and the body may take %v, want at most a minute: %s", w.Code, left, w.Body)
	}
}
