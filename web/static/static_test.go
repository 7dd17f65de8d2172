package static_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"vmstudy/web/static"
)

func get(path string, header ...string) *http.Response {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	http.StripPrefix("/static/", static.Handler()).ServeHTTP(w, r)
	return w.Result()
}

func TestAFileIsKeptForGoodOnlyUnderItsHash(t *testing.T) {
	for path, want := range map[string]string{
		static.URL("base.css"):        "public, max-age=31536000, immutable",
		"/static/base.css":            "no-cache",
		"/static/base.css?v=outdated": "no-cache",
	} {
		res := get(path)
		if got := res.Header.Get("Cache-Control"); res.StatusCode != 200 || got != want {
			t.Errorf("%s: status %d, Cache-Control %q, want 200 and %q", path, res.StatusCode, got, want)
		}
		if got := res.Header.Get("Content-Type"); got != "text/css; charset=utf-8" {
			t.Errorf("%s: type %q", path, got)
		}
	}
}

func TestAFileThatIsThereAlreadyIsNotSentAgain(t *testing.T) {
	tag := get("/static/base.css").Header.Get("ETag")
	if res := get("/static/base.css", "If-None-Match", tag); res.StatusCode != http.StatusNotModified {
		t.Errorf("status %d, want 304", res.StatusCode)
	}
}

func TestOnlyFilesForPagesAreServed(t *testing.T) {
	for _, path := range []string{"/static/static.go", "/static/", "/static/../static.go", "/static/nothing.css"} {
		if res := get(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, res.StatusCode)
		}
	}
}

func TestAMissingFileIsFoundOutAtOnce(t *testing.T) {
	defer func() {
		if v := recover(); v == nil || !strings.Contains(v.(string), "nothing.css") {
			t.Errorf("recovered %v, want a panic that names the file", v)
		}
	}()
	static.URL("nothing.css")
}
