package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
)

// issue writes a certificate with a serial number, and its key.
func issue(t *testing.T, c Config, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "lab.example.org"}, DNSNames: []string{"lab.example.org"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(c.TLSCert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(c.TLSKey, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	at := time.Unix(1_700_000_000+serial, 0) // file systems have coarse clocks
	must(t, errors.Join(os.Chtimes(c.TLSCert, at, at), os.Chtimes(c.TLSKey, at, at)))
}

func TestARenewedCertificateIsUsedWithoutARestart(t *testing.T) {
	dir := t.TempDir()
	c := Config{Public: "https://lab.example.org", TLSCert: filepath.Join(dir, "cert.pem"), TLSKey: filepath.Join(dir, "key.pem")}
	issue(t, c, 1)
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	listener, err := c.secured(plain)
	must(t, err)
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = conn.(*tls.Conn).Handshake() // the client says what it thinks of it
			}()
		}
	}()
	shown := func(config *tls.Config) (int64, error) {
		conn, err := tls.Dial("tcp", listener.Addr().String(), config)
		if err != nil {
			return 0, err
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
	}
	any := &tls.Config{InsecureSkipVerify: true}
	for step, test := range []struct {
		change func()
		want   int64
	}{
		{func() {}, 1},
		{func() { issue(t, c, 2) }, 2},
		{func() { must(t, os.WriteFile(c.TLSCert, []byte("half a file"), 0o600)) }, 2},
		{func() { must(t, os.Remove(c.TLSKey)) }, 2},
		{func() { issue(t, c, 3) }, 3},
	} {
		test.change()
		if got, err := shown(any); got != test.want || err != nil {
			t.Errorf("step %d: certificate %d is shown (error %v), want %d", step, got, err, test.want)
		}
	}
	if _, err := shown(&tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestATLSListenerNeedsEverything(t *testing.T) {
	for name, test := range map[string]struct {
		c   Config
		say string
	}{
		"no key":     {Config{Public: "https://lab.example.org", TLSCert: "cert.pem"}, "name both files"},
		"no name":    {Config{TLSCert: "cert.pem", TLSKey: "key.pem"}, "under which name"},
		"plain http": {Config{Public: "http://lab.example.org", TLSCert: "cert.pem", TLSKey: "key.pem"}, "under which name"},
		"no files":   {Config{Public: "https://lab.example.org", TLSCert: "cert.pem", TLSKey: "key.pem"}, "cannot be used"},
	} {
		if _, err := test.c.secured(nil); !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), test.say) {
			t.Errorf("%s: %v, want %q", name, err, test.say)
		}
	}
}
