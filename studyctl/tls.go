package main

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"vmstudy/study"
)

// secured returns a listener that speaks TLS with the certificate that c names, or the listener itself if c names none.
func (c Config) secured(plain net.Listener) (net.Listener, error) {
	if c.TLSCert == "" && c.TLSKey == "" {
		return plain, nil
	}
	if c.TLSCert == "" || c.TLSKey == "" {
		return nil, study.Refuse(study.ErrInvalid, "--tls-cert and --tls-key (STUDYCTL_TLS_CERT, STUDYCTL_TLS_KEY) belong together: name both files")
	}
	if !strings.HasPrefix(c.Public, "https://") {
		return nil, study.Refuse(study.ErrInvalid, "with --tls-cert, --public (STUDYCTL_PUBLIC) must say under which name people reach the pages, as in https://lab.example.org")
	}
	p := &certificate{cert: c.TLSCert, key: c.TLSKey}
	if _, err := p.current(); err != nil {
		return nil, study.Refuse(study.ErrInvalid, "the certificate cannot be used: %v", err)
	}
	return tls.NewListener(plain, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"}, // the desktops' websockets need it
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.current() },
	}), nil
}

// certificate is a pair of files. It is read anew when one of them changes, since certificates are renewed every few weeks.
type certificate struct {
	cert, key string

	mu     sync.Mutex
	loaded *tls.Certificate
	of     [2]time.Time // when the files were changed that are loaded
}

// current returns the certificate in the files. If they cannot be read any more, or do not fit each other since only one is new yet, it
// returns the last one.
func (c *certificate) current() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed, err := c.changed()
	if err == nil && c.loaded != nil && changed == c.of {
		return c.loaded, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(c.cert, c.key)
	}
	if err == nil {
		c.loaded, c.of = &pair, changed
		return c.loaded, nil
	}
	if c.loaded == nil {
		return nil, err
	}
	slog.Error("the new certificate cannot be used, so the old one is", "err", err)
	return c.loaded, nil
}

func (c *certificate) changed() (at [2]time.Time, err error) {
	for i, path := range []string{c.cert, c.key} {
		info, statErr := os.Stat(path)
		if statErr != nil {
			err = errors.Join(err, statErr)
			continue
		}
		at[i] = info.ModTime()
	}
	return at, err
}
