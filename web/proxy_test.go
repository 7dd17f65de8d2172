package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/net/html"

	"vmstudy/internal/webtest"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/page"
)

// A front is a reverse proxy before a server, as docs/operating.md describes it.
type front struct {
	*webtest.Lab
	public     string // the address under which people reach the pages
	site, base string // its two parts: the origin, and the prefix of paths
	client     *http.Client
}

// fronts are the proxies for which docs/operating.md has a configuration file.
var fronts = map[string]struct {
	language string // of the file's block in the document
	run      func(dir, file string) *exec.Cmd
	wrap     string // what the test writes around the file; %s stands for the file
	tls      string // a line that the test adds to the file; %s stand for certificate and key
}{
	"nginx": {"nginx", func(dir, file string) *exec.Cmd {
		return exec.Command("/usr/sbin/nginx", "-p", dir, "-c", file, "-e", "stderr", "-g", "daemon off;")
	}, "pid nginx.pid;\nevents {}\nhttp {\naccess_log off;\nclient_body_temp_path body;\nproxy_temp_path proxy;\nfastcgi_temp_path f;\nuwsgi_temp_path u;\nscgi_temp_path s;\n%s}\n", ""},
	"caddy": {"caddy", func(_, file string) *exec.Cmd {
		return exec.Command("caddy", "run", "--config", file, "--adapter", "caddyfile")
	}, "{\n\tadmin off\n\tauto_https off\n\tskip_install_trust\n}\n%s", "\ttls %s %s\n"},
}

// documented returns the first code block of a language in docs/operating.md.
func documented(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(text), "```"+language+"\n")
	block, _, closed := strings.Cut(block, "```")
	if !found || !closed {
		t.Fatalf("docs/operating.md has no block of %s", language)
	}
	return block
}

// newFront starts a proxy before a new lab whose pages are below base. If strip is true, the proxy
// removes base from the path before it asks the server.
func newFront(t *testing.T, name, base string, strip bool) *front {
	t.Helper()
	studytest.Need(t, name)
	f := &front{Lab: webtest.NewLab(t)}
	addr := freeAddress(t)
	f.site, f.base, f.public = "https://"+addr, base, "https://"+addr+base
	public, err := page.ParsePublic(f.public)
	f.Must(err)
	f.Serve(func(c *web.Config) { c.Public = public })
	site := httptest.NewServer(f.Server.Handler())
	t.Cleanup(site.Close)
	startFront(t, name, addr, strings.TrimPrefix(site.URL, "http://"), base, strip)
	jar := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	f.client = &http.Client{Transport: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(jar.CloseIdleConnections)
	return f
}

// startFront runs the proxy with the documented file, in which it replaces names and ports by the
// test's own.
func startFront(t *testing.T, name, addr, backend, base string, strip bool) {
	t.Helper()
	kind := fronts[name]
	dir := t.TempDir()
	cert, key := selfSigned(t, dir)
	file := documented(t, kind.language)
	before, passed := "127.0.0.1:8080", backend
	if strip && name == "nginx" {
		before, passed = before+";", backend+"/;"
	}
	file = strings.ReplaceAll(file, before, passed)
	file = strings.ReplaceAll(file, "listen 443", "listen "+addr)
	file = strings.ReplaceAll(file, "location / {", "location "+base+"/ {")
	file = strings.ReplaceAll(file, "/etc/ssl/certs/lab.example.org.pem", cert)
	file = strings.ReplaceAll(file, "/etc/ssl/private/lab.example.org.key", key)
	file = strings.ReplaceAll(file, "server_name lab.example.org", "server_name "+addr[:strings.LastIndex(addr, ":")])
	if kind.tls != "" {
		file = strings.ReplaceAll(file, "https://lab.example.org {\n", "https://"+addr+" {\n"+fmt.Sprintf(kind.tls, cert, key))
		if strip {
			file = strings.ReplaceAll(file, "\treverse_proxy", "\turi strip_prefix "+base+"\n\treverse_proxy")
		}
	}
	path := filepath.Join(dir, "proxy.conf")
	if err := os.WriteFile(path, fmt.Appendf(nil, kind.wrap, file), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := kind.run(dir, path)
	var said strings.Builder
	cmd.Stderr, cmd.Env = &said, append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
	})
	for {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s\n%s", name, err, said.String(), file)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// freeAddress returns an address on which no program listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// selfSigned makes a certificate for this computer. It returns the paths of the certificate and of
// its key.
func selfSigned(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	what := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "vmstudy test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	signed, err := x509.CreateCertificate(rand.Reader, what, what, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// fetch asks the proxy as a browser does from one of our pages.
func (f *front) fetch(method, path string, fields url.Values) webtest.Answer {
	f.T.Helper()
	r, err := http.NewRequestWithContext(f.T.Context(), method, f.public+path, strings.NewReader(fields.Encode()))
	f.Must(err)
	r.Header.Set("Origin", f.site)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if f.Login != nil {
		r.AddCookie(f.Login)
	}
	res, err := f.client.Do(r)
	f.Must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	f.Must(err)
	page, err := html.Parse(strings.NewReader(string(body)))
	f.Must(err)
	return webtest.Answer{Response: res, Body: string(body), Page: page}
}

func TestBehindAReverseProxy(t *testing.T) {
	for name, tt := range map[string]struct {
		proxy, base string
		strip       bool
	}{
		"nginx":                          {"nginx", "", false},
		"nginx, below a path":            {"nginx", "/lab/study", false},
		"nginx, which takes a path away": {"nginx", "/study", true},
		"caddy":                          {"caddy", "", false},
		"caddy, below a path":            {"caddy", "/study", false},
		"caddy, which takes a path away": {"caddy", "/study", true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFront(t, tt.proxy, tt.base, tt.strip)
			f.Must(f.Store.SetPassword(t.Context(), "ada", webtest.Hashed()))
			f.Login = nil
			f.WantsRedirect(f.fetch("GET", "/lab", nil), tt.base+"/signin?to=%2Flab")
			in := f.fetch("POST", "/signin", url.Values{"name": {"ada"}, "password": {"enchantress of numbers"}, "to": {"/lab"}})
			f.WantsRedirect(in, tt.base+"/lab")
			if len(in.Cookies()) != 1 {
				t.Fatalf("signing in sets the cookies %v, want one", in.Cookies())
			}
			f.Login = in.Cookies()[0]
			prefix := map[bool]string{true: "__Host-", false: "__Secure-"}[tt.base == ""]
			if !strings.HasPrefix(f.Login.Name, prefix) || !f.Login.Secure || f.Login.Path != tt.base+"/" {
				t.Errorf("cookie %v, want one with %s, Secure and Path=%s/", f.Login, prefix, tt.base)
			}
			if got := in.Header.Get("Strict-Transport-Security"); got == "" {
				t.Error("nothing says that browsers should come by https only")
			}

			id := f.Study(studytest.OneTrial(), true)
			_, err := f.Store.AddParticipants(t.Context(), id, false, []string{"link"}, f.Now)
			f.Must(err)
			made := f.fetch("POST", webtest.StudyPage(id)+"/participants", url.Values{"number": {"1"}})
			f.Wants(f.fetch("GET", strings.TrimPrefix(made.Header.Get("Location"), tt.base), nil), 200, f.public+page.LinkPath(""))
			for _, page := range []string{"/lab", webtest.StudyPage(id), webtest.StudyPage(id) + "/participants", "/lab/live", "/signin", "/p/link"} {
				f.everythingIsThere(page)
			}
			f.aVisitGoesOn("link")
		})
	}
}

// aVisitGoesOn begins a visit through the proxy, sends its first form and opens its websockets.
func (f *front) aVisitGoesOn(link string) {
	f.T.Helper()
	begun := f.fetch("POST", page.LinkPath(link)+"/begin", nil)
	who, err := f.Store.ParticipantByLink(f.T.Context(), link)
	f.Must(err)
	visit := page.VisitPath(who.Session)
	f.WantsRedirect(begun, f.base+visit)
	if len(begun.Cookies()) != 1 || begun.Cookies()[0].Path != f.base+visit {
		f.T.Fatalf("a visit sets the cookies %v, want one for %s", begun.Cookies(), f.base+visit)
	}
	f.Login = begun.Cookies()[0]
	f.everythingIsThere(visit)
	form := (&webtest.Person{Lab: f.Lab}).Fill(f.fetch("GET", visit, nil).Page)
	action, below := strings.CutPrefix(form.Path, f.base+visit)
	if !below {
		f.T.Fatalf("the form of %s leads to %s", f.base+visit, form.Path)
	}
	f.WantsRedirect(f.fetch("POST", visit+action, form.Fields), f.base+visit)
	x, err := f.Store.Session(f.T.Context(), who.Session)
	f.Must(err)
	if x.ConsentedAt.IsZero() {
		f.T.Error("the form that was sent is not on record")
	}
	for _, line := range []string{"/events?seat=%d", "/screen?conn=1&seat=%d"} {
		for origin, want := range map[string]int{f.site: http.StatusSwitchingProtocols, "https://evil.example": http.StatusForbidden} {
			seat, err := f.Store.TakeSeat(f.T.Context(), who.Session, f.Now)
			f.Must(err)
			if got := f.dial(visit+fmt.Sprintf(line, seat), origin); got != want {
				f.T.Errorf("%s for a page of %s: status %d, want %d", line, origin, got, want)
			}
		}
	}
}

// dial opens a websocket as a page of this origin does, and returns the status of the answer.
func (f *front) dial(path, origin string) int {
	f.T.Helper()
	dialer := websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	head := http.Header{"Origin": {origin}, "Cookie": {f.Login.Name + "=" + f.Login.Value}}
	ws, answer, err := dialer.DialContext(f.T.Context(), "wss"+strings.TrimPrefix(f.public, "https")+path, head)
	if answer == nil {
		f.T.Fatalf("dial %s: %v", path, err)
	}
	if err == nil {
		f.Must(ws.Close())
	}
	return answer.StatusCode
}

// everythingIsThere requests everything that a page loads or links to.
func (f *front) everythingIsThere(path string) {
	f.T.Helper()
	a := f.fetch("GET", path, nil)
	f.Wants(a, 200, "")
	seen := 0
	for _, n := range webtest.All(a.Page, "", "") {
		for _, name := range []string{"href", "src", "data-refresh", "data-thumbnail"} {
			to := webtest.Attr(n, name)
			if !strings.HasPrefix(to, "/") {
				continue
			}
			seen++
			rest, below := strings.CutPrefix(to, f.base)
			if !below {
				f.T.Errorf("%s leads to %s, which is not below %s", path, to, f.public)
				continue
			}
			if res := f.fetch("GET", rest, nil); res.StatusCode >= 400 && name != "data-thumbnail" {
				f.T.Errorf("%s leads to %s, which answers %d", path, to, res.StatusCode)
			}
		}
	}
	if seen < 2 { // every page loads at least a style sheet and links to something
		f.T.Errorf("%s leads to %d places; is it a page?", path, seen)
	}
}

func TestAnotherAddressIsNotTheSameOrigin(t *testing.T) {
	l := webtest.NewLab(t)
	public, err := page.ParsePublic("https://lab.example.org")
	l.Must(err)
	l.Must(l.Store.SetPassword(t.Context(), "ada", webtest.Hashed()))
	l.Serve(func(c *web.Config) { c.Public = public })
	for name, tt := range map[string]struct {
		origin string
		status int
	}{
		"the public address":             {"https://lab.example.org", 403}, // 403 because of the wrong password
		"the address behind the proxy":   {"http://127.0.0.1:8080", 403},
		"the same host without https":    {"http://lab.example.org", 403},
		"somebody else's page":           {"https://evil.example", 403},
		"another port of the same host":  {"https://lab.example.org:8443", 403},
		"a page that nobody vouches for": {"null", 403},
	} {
		r := httptest.NewRequest("POST", "http://127.0.0.1:8080/signin", strings.NewReader("name=ada&password=wrong"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", tt.origin)
		a := l.Do(r)
		l.Wants(a, tt.status, "")
		foreign := strings.Contains(webtest.Text(a.Page), "another site")
		if foreign == (tt.origin == "https://lab.example.org") {
			t.Errorf("%s: %s", name, webtest.Text(a.Page))
		}
	}
}

func TestPagesWithoutExactClocksSaySo(t *testing.T) {
	const warning = "do not measure with them"
	for name, tt := range map[string]struct {
		public, host string
		warned       bool
	}{
		"this computer":                         {"", "127.0.0.1:8080", false},
		"this computer by name":                 {"", "localhost:8080", false},
		"this computer by IPv6":                 {"", "[::1]:8080", false},
		"another computer by http":              {"", "192.0.2.7:8080", true},
		"another computer by name":              {"", "lab.example.org", true},
		"https":                                 {"https://lab.example.org", "127.0.0.1:8080", false},
		"http behind a proxy":                   {"http://lab.example.org", "127.0.0.1:8080", true},
		"a name that only begins as this one's": {"", "127.0.0.1.example.org", true},
	} {
		t.Run(name, func(t *testing.T) {
			l := webtest.NewLab(t)
			public, err := page.ParsePublic(tt.public)
			l.Must(err)
			l.Serve(func(c *web.Config) { c.Public = public })
			r := httptest.NewRequest("GET", "http://"+tt.host+"/lab", nil)
			if strings.HasPrefix(tt.public, "https:") {
				l.Login.Name = "__Host-login"
			}
			if got := strings.Contains(webtest.Text(l.Do(r).Page), warning); got != tt.warned {
				t.Errorf("it warns: %v, want %v", got, tt.warned)
			}
		})
	}
}

func TestAddressesOfPages(t *testing.T) {
	for address, good := range map[string]bool{
		"": true, "http://127.0.0.1:8080": true, "https://lab.example.org": true, "https://lab.example.org/": true, "https://example.org/lab/study": true,
		"https://[::1]:8443": true, "lab.example.org": false, "ftp://lab.example.org": false, "https://": false, "https://user:secret@lab.example.org": false,
		"https://lab.example.org/?x": false, "https://lab.example.org/#x": false, "https://lab.example.org//": false, "https://lab.example.org/a/../b": false,
		`https://lab.example.org/"`: false, "https://lab.example.org/a%2fb": false, "javascript:alert(1)": false,
	} {
		if _, err := page.ParsePublic(address); (err == nil) != good {
			t.Errorf("%q: %v, want it taken: %v", address, err, good)
		}
	}
}
