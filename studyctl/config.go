package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"text/tabwriter"

	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

// Config is every setting.
type Config cli.Settings

// public returns the address that links begin with.
func (c Config) public() string {
	if c.Public != "" {
		return strings.TrimSuffix(c.Public, "/")
	}
	return "http://" + c.Listen
}

// proxies returns the networks of the reverse proxies in front of the server.
func (c Config) proxies() ([]netip.Prefix, error) {
	text := c.Proxies
	if text == "" && c.Public != "" {
		text = "127.0.0.0/8,::1/128"
	}
	var all []netip.Prefix
	for entry := range strings.SplitSeq(text, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		p, err := netip.ParsePrefix(entry)
		if at, addrErr := netip.ParseAddr(entry); addrErr == nil {
			p, err = netip.PrefixFrom(at, at.BitLen()), nil
		}
		if err != nil {
			return nil, study.Refuse(study.ErrInvalid, "%q in --proxies (STUDYCTL_PROXIES) is neither an address nor a network, as 192.0.2.0/24 is", entry)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

type configCmd struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// Run prints the settings with the database's password hidden.
func (cmd configCmd) Run(c Config, t cli.Terminal) error {
	if u, err := url.Parse(c.DatabaseURL); err == nil && c.DatabaseURL != "" {
		c.DatabaseURL = u.Redacted()
	} else if c.DatabaseURL != "" {
		c.DatabaseURL = "(set, not a URL)"
	}
	zone, err := c.zone()
	if err != nil {
		return err
	}
	if cmd.JSON {
		return json.NewEncoder(t.Out).Encode(c)
	}
	w := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
	for _, row := range [][2]any{
		{"data", c.Data},
		{"database-url", c.DatabaseURL},
		{"listen", c.Listen},
		{"public", c.public()},
		{"tls-cert", c.TLSCert},
		{"tls-key", c.TLSKey},
		{"metrics", c.Metrics},
		{"zone", zone.String()},
		{"proxies", c.Proxies},
		{"second-factor", c.Second},
		{"memory", c.Memory},
		{"cache", c.Cache},
		{"allow-tcg", c.AllowTCG},
		{"netem", c.Netem},
		{"display", c.Display},
		{"log-format", c.LogFormat},
		{"log-level", c.LogLevel},
	} {
		fmt.Fprintf(w, "%s\t%v\n", row[0], row[1])
	}
	return w.Flush()
}
