package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A person who reports a failure can name the request, and whoever reads the log finds every line about it.
func TestARequestHasOneNameInTheAnswerAndInTheLog(t *testing.T) {
	var log bytes.Buffer
	var served []Served
	site := &Site{Now: time.Now, Log: slog.New(Identified(slog.NewJSONHandler(&log, nil))), Observe: func(s Served) { served = append(served, s) }}
	serve := site.Logged(site.Handle(func(http.ResponseWriter, *http.Request) error { return errors.New("broken") }))
	names := map[string]bool{}
	for range 2 {
		log.Reset()
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/lab", nil)
		r.Header.Set("X-Request-Id", "of a stranger")
		serve.ServeHTTP(w, r)
		id := w.Header().Get("X-Request-Id")
		if id == "" || id == "of a stranger" || !strings.Contains(w.Body.String(), id) {
			t.Errorf("the request is called %q, want a name of ours, which the page says, too", id)
		}
		names[id] = true
		lines := 0
		for d := json.NewDecoder(&log); d.More(); lines++ {
			var line struct{ Request string }
			if err := d.Decode(&line); err != nil || line.Request != id {
				t.Errorf("a line of the log names request %q (error %v), want %q", line.Request, err, id)
			}
		}
		if lines != 2 {
			t.Errorf("%d lines, want the failure and the request", lines)
		}
	}
	if len(names) != 2 {
		t.Errorf("two requests have the names %v", names)
	}
	if len(served) != 2 || served[0].Method != "GET" || served[0].Status != 500 || served[0].Route != "none" {
		t.Errorf("observed: %+v", served)
	}
}
