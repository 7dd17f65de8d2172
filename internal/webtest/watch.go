package webtest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// SignIn signs ada in and returns her cookie.
func (d *Desk) SignIn() *http.Cookie {
	d.T.Helper()
	ctx := d.T.Context()
	d.Must(d.Store.SetPassword(ctx, "ada", "unused"))
	ada, _, err := d.Store.Experimenter(ctx, "ada")
	d.Must(err)
	token := sha256.Sum256([]byte("token"))
	d.Must(d.Store.OpenLogin(ctx, ada.ID, "unused", token[:], time.Now().Add(time.Hour)))
	return &http.Cookie{Name: "login", Value: "token"}
}

// Ask sends a request as an experimenter; with fields it is a POST. It does not follow redirects.
func (d *Desk) Ask(path string, fields url.Values) (*http.Response, string) {
	d.T.Helper()
	method := http.MethodGet
	if fields != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(d.T.Context(), method, d.Web.URL+path, strings.NewReader(fields.Encode()))
	d.Must(err)
	r.AddCookie(d.SignIn())
	if fields != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	d.Must(err)
	defer answer.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(answer.Body)
	d.Must(err)
	return answer, body.String()
}

// WatchPath returns the path of something that experimenters do with the desk's session.
func (d *Desk) WatchPath(act string) string {
	return fmt.Sprintf("/lab/sessions/%d/%s", d.Session, act)
}
