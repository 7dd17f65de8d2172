package study

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Profile is a well-known network condition to begin with. A study may change every value of it.
type Profile struct {
	Name    string
	About   string // what it is, and where its figures come from
	Network Network
}

// Profiles returns the profiles, roughly from slow to fast. Those of WebPageTest are its published
// connectivity profiles, the de facto standard of web performance tests. They describe the access
// link alone: no loss, no jitter, and QueueLimit gives the queue. docs/networks.md discusses them.
func Profiles() []Profile {
	const ms = time.Millisecond
	return []Profile{
		{"edge", "Mobile EDGE, as in WebPageTest", Network{Down: 240 * Kbps, Up: 200 * Kbps, RTT: 840 * ms}},
		{"3g-slow", "Slow mobile 3G, as in WebPageTest", Network{Down: 400 * Kbps, Up: 400 * Kbps, RTT: 400 * ms}},
		{"3g", "Mobile 3G, as in WebPageTest", Network{Down: 1600 * Kbps, Up: 768 * Kbps, RTT: 300 * ms}},
		{"4g", "Mobile 4G, as in WebPageTest", Network{Down: 9 * Mbps, Up: 9 * Mbps, RTT: 170 * ms}},
		{"lte", "Mobile LTE, as in WebPageTest", Network{Down: 12 * Mbps, Up: 12 * Mbps, RTT: 70 * ms}},
		{"dsl", "DSL, as in WebPageTest", Network{Down: 1500 * Kbps, Up: 384 * Kbps, RTT: 50 * ms}},
		{"cable", "Cable, as in WebPageTest", Network{Down: 5 * Mbps, Up: Mbps, RTT: 28 * ms}},
		{"fiber", "Fibre (FIOS), as in WebPageTest", Network{Down: 20 * Mbps, Up: 5 * Mbps, RTT: 4 * ms}},
		{"satellite", "Geostationary satellite: the least round trip of RFC 2488 section 2, and a usual rate", Network{Down: 25 * Mbps, Up: 3 * Mbps, RTT: 558 * ms}},
	}
}

// ProfileNamed returns the profile called name. The error for an unknown name lists the known ones.
func ProfileNamed(name string) (Profile, error) {
	all := Profiles()
	if i := slices.IndexFunc(all, func(p Profile) bool { return p.Name == name }); i >= 0 {
		return all[i], nil
	}
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("network profile: %w", Refuse(ErrNotFound, "no network profile is called %q; there are %s", name, strings.Join(names, ", ")))
}
