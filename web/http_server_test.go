package web_test

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
)

// TestAHandshakeThatFailsTellsNoAddress speaks http to a server of https.
func TestAHandshakeThatFailsTellsNoAddress(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "::1"} {
		plain, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Logf("not tried on %s: %v", host, err)
			continue
		}
		l := webtest.NewLab(t)
		server := l.Server.HTTPServer(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- server.Serve(tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{{}}}))
		}()
		conn, err := net.Dial("tcp", plain.Addr().String())
		l.Must(err)
		_, err = conn.Write([]byte("this is no handshake\r\n\r\n"))
		l.Must(err)
		for err == nil { // until the server has given up
			_, err = conn.Read(make([]byte, 100))
		}
		l.Must(conn.Close())
		l.Must(server.Close())
		<-ended
		if said := l.Log.String(); !strings.Contains(said, "TLS handshake error from (an address): ") || strings.Contains(said, host) {
			t.Errorf("the log says %q", said)
		}
	}
}
