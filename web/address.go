package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// address tells where a request came from, as far as tries are counted by it: an IPv4 address, or the
// network of an IPv6 address, of which one customer has 2^64. It is that of the connection; where
// this belongs to one of our proxies, it is the one that the proxy names.
func (s *Server) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	at := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	// Each proxy adds at the end who it was asked by. What stands before the first that is none of
	// ours could have been written by anybody.
	for i := len(hops) - 1; i >= 0 && s.isProxy(at); i-- {
		hop, ok := parseHop(hops[i])
		if !ok {
			break
		}
		at = hop
	}
	if at.Is6() {
		network, _ := at.WithZone("").Prefix(64) // fails for longer ones than the address only
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

// parseHop reads one entry of X-Forwarded-For; some proxies write the port, too.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if at, err := netip.ParseAddr(text); err == nil {
		return at.Unmap(), true
	}
	at, err := netip.ParseAddrPort(text)
	return at.Addr().Unmap(), err == nil
}
