package signin

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestAnAddressIsBelievedOfProxiesOnly(t *testing.T) {
	s := &Server{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	for name, test := range map[string]struct{ peer, forwarded, want string }{
		"nobody in between":                      {"192.0.2.1:99", "", "192.0.2.1"},
		"a stranger who claims to be another":    {"192.0.2.1:99", "198.51.100.1", "192.0.2.1"},
		"our proxy":                              {"10.0.0.7:99", "198.51.100.1", "198.51.100.1"},
		"our proxy, and lies before":             {"10.0.0.7:99", "127.0.0.1, 203.0.113.3 , 198.51.100.1", "198.51.100.1"},
		"two of our proxies":                     {"10.0.0.7:99", "198.51.100.1, 10.1.1.1", "198.51.100.1"},
		"nothing but proxies":                    {"10.0.0.7:99", "10.2.2.2, 10.1.1.1", "10.2.2.2"},
		"a proxy that says nothing":              {"10.0.0.7:99", "", "10.0.0.7"},
		"a proxy that says nonsense":             {"10.0.0.7:99", "198.51.100.1, unknown", "10.0.0.7"},
		"a proxy that adds the port":             {"10.0.0.7:99", "198.51.100.1:4711", "198.51.100.1"},
		"a proxy on this computer":               {"[::1]:99", "198.51.100.1", "198.51.100.1"},
		"IPv6 counts by the network":             {"[2001:db8:1:2:3:4:5:6]:99", "", "2001:db8:1:2::/64"},
		"IPv6 behind a proxy does so":            {"10.0.0.7:99", "2001:db8:1:2::9", "2001:db8:1:2::/64"},
		"IPv4 in the clothes of IPv6":            {"[::ffff:192.0.2.1]:99", "", "192.0.2.1"},
		"our proxy in the clothes of IPv6":       {"[::ffff:10.0.0.7]:99", "::ffff:198.51.100.1", "198.51.100.1"},
		"what is no address stays what it is":    {"@", "198.51.100.1", "@"},
		"a link-local address is not its zone's": {"[fe80::1%eth0]:99", "", "fe80::/64"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = test.peer
			if test.forwarded != "" {
				r.Header.Set("X-Forwarded-For", test.forwarded)
			}
			if got := s.address(r); got != test.want {
				t.Errorf("address %q, want %q", got, test.want)
			}
		})
	}
}
