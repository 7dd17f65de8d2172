package signin

import (
	"net/http"
	"net/netip"
	"strings"
)

// Address returns the sender of a request as limits count it: see address.
func (s *Server) Address(r *http.Request) string { return s.address(r) }

// address returns the sender of a request as the limits on sign-ins count it: an IPv4 address, or
// the /64 network of an IPv6 address, because one customer usually has all 2^64 addresses of such a
// network. It is the address of the connection, or, if that belongs to one of our proxies, the
// address that the proxy names.
func (s *Server) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	at := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	// Each proxy appends the address that it was asked by. An address is only believed if the host
	// that appended it is one of our proxies; anybody could have written what stands before.
	for i := len(hops) - 1; i >= 0 && s.isProxy(at); i-- {
		hop, ok := parseHop(hops[i])
		if !ok {
			break
		}
		at = hop
	}
	if at.Is6() {
		network, _ := at.WithZone("").Prefix(64) // fails only for a prefix longer than the address
		return network.String()
	}
	return at.String()
}

func (s *Server) isProxy(at netip.Addr) bool {
	for _, p := range s.proxies {
		if p.Contains(at) {
			return true
		}
	}
	return false
}

// parseHop reads one entry of X-Forwarded-For. Some proxies also write the port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if at, err := netip.ParseAddr(text); err == nil {
		return at.Unmap(), true
	}
	at, err := netip.ParseAddrPort(text)
	return at.Addr().Unmap(), err == nil
}
