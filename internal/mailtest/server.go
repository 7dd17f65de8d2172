// Package mailtest runs a real server for mail in tests: Debian's aiosmtpd.
package mailtest

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"vmstudy/studytest"
)

//go:embed server.py
var program string

// Options say what kind of server it is.
type Options struct {
	TLS   string // "starttls", "implicit", or empty for none
	Signs bool   // whether one must sign in, as lab with the password sesame
	Port  int    // 0: any that is free
}

// Server is a server for mail on this computer. It refuses nobody@ for good and later@ for the moment, and takes no subject with "reject" in it.
type Server struct {
	t     *testing.T
	Port  int
	Roots *x509.CertPool // who vouches for it
	lines chan string
	stop  func()
}

// Mail is a mail that a server has taken.
type Mail struct {
	To       []string
	From     string
	Headers  [][2]string
	Parts    []Part
	TLS      bool
	SignedIn bool
}

// Part is a part of a mail.
type Part struct{ Type, Method, Text string }

// Header returns the values of all headers with a name.
func (m Mail) Header(name string) (all []string) {
	for _, h := range m.Headers {
		if h[0] == name {
			all = append(all, h[1])
		}
	}
	return all
}

// Start starts a server. It ends with the test, or with Stop.
func Start(t *testing.T, o Options) *Server {
	t.Helper()
	studytest.Need(t, "aiosmtpd")
	s := &Server{t: t, lines: make(chan string, 100), Roots: x509.NewCertPool()}
	script := filepath.Join(t.TempDir(), "server.py")
	must(t, os.WriteFile(script, []byte(program), 0o600))
	way, cert, key := "none", "", ""
	if o.TLS != "" {
		way = o.TLS
		cert, key = s.certify()
	}
	signs := "no"
	if o.Signs {
		signs = "signs"
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, "/usr/bin/python3", script, strconv.Itoa(o.Port), cert, key, way, signs)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(s.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			s.lines <- lines.Text()
		}
	}()
	ended := false
	s.stop = func() {
		if !ended {
			ended = true
			cancel()
			<-read
			_ = cmd.Wait() // that it was killed
		}
	}
	t.Cleanup(s.stop)
	var up struct{ Port int }
	must(t, json.Unmarshal([]byte(s.line()), &up))
	s.Port = up.Port
	return s
}

// Stop takes the server down.
func (s *Server) Stop() { s.stop() }

// Next returns the next mail that the server has taken.
func (s *Server) Next() (m Mail) {
	s.t.Helper()
	must(s.t, json.Unmarshal([]byte(s.line()), &m))
	return m
}

// Nothing fails the test if the server has taken a mail that Next has not returned.
func (s *Server) Nothing() {
	s.t.Helper()
	select {
	case line, ok := <-s.lines:
		if ok {
			s.t.Errorf("a mail was sent: %s", line)
		}
	default:
	}
}

func (s *Server) line() string {
	s.t.Helper()
	select {
	case line, ok := <-s.lines:
		if !ok {
			s.t.Fatal("the server for mail has ended")
		}
		return line
	case <-time.After(20 * time.Second):
		s.t.Fatal("the server for mail says nothing")
		return ""
	}
}

// certify makes a certificate for this computer, which vouches for itself.
func (s *Server) certify() (cert, key string) {
	s.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(s.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	must(s.t, err)
	parsed, err := x509.ParseCertificate(der)
	must(s.t, err)
	s.Roots.AddCert(parsed)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	must(s.t, err)
	dir := s.t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	must(s.t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(s.t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return cert, key
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
