package web

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"vmstudy/study"
)

// Public is the address under which people reach the pages, as in https://lab.example.org/study.
// It is the only one that links show, that forms and websockets are taken from, and that cookies
// are made for, whatever address a proxy in between asks us under. The zero Public is none in
// particular: each request is believed about the address that it came to, as on one's own computer.
type Public struct {
	scheme, host string
	path         string // what stands before the path of every page, as in "/study"; usually nothing
}

// ParsePublic reads an address of http or https; "" is the zero Public. Anything else than a host
// and a path is refused with study.ErrInvalid.
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

// plainPath is a path that means the same in every place where paths are written.
var plainPath = regexp.MustCompile(`^(/[A-Za-z0-9_-]+)*$`)

func (p Public) secure() bool { return p.scheme == "https" }

// origin is how the browser that sent r reaches the first page, without the slash at the end.
func (p Public) origin(r *http.Request) string {
	if p.host == "" {
		return "http://" + r.Host
	}
	return p.site() + p.path
}

// site is the origin as browsers name it (RFC 6454, section 6.2).
func (p Public) site() string { return p.scheme + "://" + p.host }

// InSecureContext reports whether browsers that come by this address trust the pages with exact
// clocks, the clipboard and more: by https, or on the computer itself (W3C Secure Contexts, 3.1).
func (p Public) InSecureContext(r *http.Request) bool {
	host := p.host
	if host == "" && r != nil {
		host = r.Host
	}
	name := (&url.URL{Host: host}).Hostname()
	ip := net.ParseIP(name)
	return p.secure() || name == "localhost" || strings.HasSuffix(name, ".localhost") || ip != nil && ip.IsLoopback()
}

// cookieName returns the name of a cookie for the given path. Its prefix makes browsers take it
// from this very host only, by https only (RFC 6265bis, section 4.1.3).
func (p Public) cookieName(name, path string) string {
	switch {
	case !p.secure():
		return name
	case path == "/":
		return "__Host-" + name
	}
	return "__Secure-" + name
}

// yearOfHTTPS tells browsers to come by https only, for a year (RFC 6797).
const yearOfHTTPS = "max-age=31536000"

// admit lets requests in under the public address. The proxy may hand the path on with what
// stands before it or without.
func (p Public) admit(next http.Handler) http.Handler {
	if p.host == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = p.host // which same-origin checks compare with where a page says it comes from
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

// baseFrom returns what stands before every path, in a request that was admitted.
func baseFrom(ctx context.Context) string {
	base, _ := ctx.Value(baseKey{}).(string)
	return base
}

// paths finds where an attribute with a path of ours begins. Templates write attributes in double
// quotes and never a bare quote in a text, so that nothing else looks like this.
var paths = regexp.MustCompile(` (href|action|src|data-[a-z-]+)="/`)

// place puts what stands before every path into a page's paths.
func (p Public) place(page []byte) []byte {
	if p.path == "" {
		return page
	}
	return paths.ReplaceAll(page, []byte(` $1="`+p.path+`/`))
}
