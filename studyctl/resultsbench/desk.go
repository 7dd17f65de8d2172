package resultsbench

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"vmstudy/postgres"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web"
)

// A desk is a server, and an experimenter who is signed in there.
type desk struct {
	*httptest.Server
	login string
	study study.StudyID
}

// open starts a server. The experimenter is an administrator, so that the study is open to them.
func open(ctx context.Context, of Results, db *postgres.DB, id study.StudyID) (*desk, error) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	conduct := session.New(session.Config{Store: db, Log: quiet}) // no trial is started
	d := &desk{login: "bench", study: id}
	if err := db.SetPassword(ctx, "bench", "unused"); err != nil {
		return nil, err
	}
	who, _, err := db.Experimenter(ctx, "bench")
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if err := db.ChangeAccount(ctx, who.ID, true, false, now); err != nil {
		return nil, err
	}
	token := sha256.Sum256([]byte(d.login))
	if err := db.OpenLogin(ctx, who.ID, "unused", token[:], now.Add(time.Hour)); err != nil {
		return nil, err
	}
	d.Server = httptest.NewServer(web.New(web.Config{Store: db, Conduct: conduct, Results: of(db), Log: quiet}).Handler())
	return d, nil
}

// get returns the body of a page, which the caller closes.
func (d *desk) get(ctx context.Context, path string) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL+path, nil)
	if err != nil {
		return nil, err
	}
	r.AddCookie(&http.Cookie{Name: "login", Value: d.login})
	a, err := d.Client().Do(r)
	if err != nil {
		return nil, err
	}
	if a.StatusCode != http.StatusOK || a.Request.URL.Path != r.URL.Path {
		a.Body.Close()
		return nil, fmt.Errorf("get %s: %s from %s", path, a.Status, a.Request.URL.Path)
	}
	return a.Body, nil
}
