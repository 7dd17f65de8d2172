package page

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"vmstudy/study"
)

// Public is the address under which people reach the pages, such as https://lab.example.org/study.
// Links use only this address, forms and websockets must come from pages of it, and cookies belong
// to it, whatever address a proxy uses to reach this server. With the zero Public there is no such
// address: the server believes each request's Host header, which is enough on one's own computer.
type Public struct {
	scheme, host string
	path         string // the prefix of every page's path, such as "/study"; usually empty
}

// ParsePublic reads an http or https address. "" gives the zero Public. It returns study.ErrInvalid
// if the address has anything but a host and a path.
func ParsePublic(address string) (Public, error) {
	if address == "" {
		return Public{}, nil
	}
	u, err := url.Parse(address)
	if err == nil {
		p := Public{scheme: u.Scheme, host: u.Host, path: strings.TrimSuffix(u.Path, "/")}
		written := p.scheme + "://" + p.host + p.path
		if (p.scheme == "http" || p.scheme == "https") && u.Hostname() != "" && plainPath.MatchString(p.path) && written == strings.TrimSuffix(address, "/") {
			return p, nil
		}
	}
	return Public{}, study.Refuse(study.ErrInvalid, "“%s” is no address of pages: write it as in https://lab.example.org or https://example.org/lab", address)
}

// plainPath matches paths that need no escaping in URLs, in HTML and in cookies.
var plainPath = regexp.MustCompile(`^(/[A-Za-z0-9_-]+)*$`)

func (p Public) secure() bool { return p.scheme == "https" }

// Origin returns the address of the first page for the browser that sent r, without the slash at
// its end.
func (p Public) Origin(r *http.Request) string {
	if p.host == "" {
		return "http://" + r.Host
	}
	return p.site() + p.path
}

// site returns the origin as browsers write it (RFC 6454, section 6.2).
func (p Public) site() string { return p.scheme + "://" + p.host }

// InSecureContext reports whether browsers treat the pages of this address as a secure context (W3C
// Secure Contexts, section 3.1), with exact clocks, the clipboard and more: https, or the computer
// itself.
func (p Public) InSecureContext(r *http.Request) bool {
	host := p.host
	if host == "" && r != nil {
		host = r.Host
	}
	name := (&url.URL{Host: host}).Hostname()
	ip := net.ParseIP(name)
	return p.secure() || name == "localhost" || strings.HasSuffix(name, ".localhost") || ip != nil && ip.IsLoopback()
}

// CookieName returns the name of a cookie for the given path. With https it has a prefix (RFC
// 6265bis, section 4.1.3): browsers accept a __Secure- cookie only by https, and a __Host- cookie
// only from this very host, too.
func (p Public) CookieName(name, path string) string {
	switch {
	case !p.secure():
		return name
	case path == "/":
		return "__Host-" + name
	}
	return "__Secure-" + name
}

// Cookie returns a cookie for the pages below path, such as "/", that no script can read. It has no value yet.
func (p Public) Cookie(name, path string) *http.Cookie {
	path = p.path + path
	return &http.Cookie{Name: p.CookieName(name, path), Path: path, HttpOnly: true, Secure: p.secure()}
}

// yearOfHTTPS tells browsers to use only https for a year (RFC 6797).
const yearOfHTTPS = "max-age=31536000"

// Admit serves requests under the public address. A proxy may pass the path on with or without its
// prefix.
func (p Public) Admit(next http.Handler) http.Handler {
	if p.host == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = p.host // same-origin checks compare this with the Origin header
		if p.secure() {
			w.Header().Set("Strict-Transport-Security", yearOfHTTPS)
		}
		r = r.WithContext(context.WithValue(r.Context(), baseKey{}, p.path))
		inner := next
		switch base := p.path; {
		case base == "":
		case r.URL.Path == base:
			http.Redirect(w, r, base+"/", http.StatusPermanentRedirect)
			return
		case strings.HasPrefix(r.URL.Path, base+"/"):
			inner = http.StripPrefix(base, next)
		}
		inner.ServeHTTP(w, r)
	})
}

type baseKey struct{}

// baseFrom returns the prefix of every path, for a request that Admit has passed.
func baseFrom(ctx context.Context) string {
	base, _ := ctx.Value(baseKey{}).(string)
	return base
}

// paths matches the beginning of every attribute whose value is a path on this server. Templates
// write attributes in double quotes, and a text never contains a bare double quote, so nothing else
// matches.
var paths = regexp.MustCompile(` (href|action|src|data-[a-z-]+)="/`)

// place adds the prefix to the paths in a page.
func (p Public) place(page []byte) []byte {
	if p.path == "" {
		return page
	}
	return paths.ReplaceAll(page, []byte(` $1="`+p.path+`/`))
}
