package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"text/tabwriter"

	"vmstudy/study"
)

// Config is every setting: a flag with an environment variable as its twin.
type Config struct {
	Data        string `help:"Directory for everything that is kept." default:"data" env:"STUDYCTL_DATA" type:"path"`
	DatabaseURL string `help:"PostgreSQL to use instead of our own, as postgres://user:password@host/database." env:"DATABASE_URL" name:"database-url"`
	Listen      string `help:"Address to serve on." default:"127.0.0.1:8080" env:"STUDYCTL_LISTEN"`
	Public      string `help:"Address under which people reach the pages, as https://lab.example.org or https://example.org/lab, behind a reverse proxy. Nothing else is taken for it. Empty: http:// and the listen address." env:"STUDYCTL_PUBLIC"`
	Zone        string `help:"Time zone of the laboratory, as Europe/Berlin, in which pages show times. Empty: that of the system." env:"STUDYCTL_ZONE"`
	Proxies     string `help:"Reverse proxies in front of this server, as addresses or networks with commas between them, as in 10.0.0.7,192.0.2.0/24. What they say in X-Forwarded-For is believed of where somebody signs in from; nobody else's word is. Empty: this computer (127.0.0.0/8 and ::1) if STUDYCTL_PUBLIC is set, else none." env:"STUDYCTL_PROXIES"`
	Memory      int    `help:"MiB of memory that all virtual machines together may take. 0: three quarters of what is free at the start." default:"0" env:"STUDYCTL_MEMORY"`
	Cache       int    `help:"MiB of streamed pages that are kept at the near end for studies whose streams begin warm. 0: none, so that such a stream begins cold too." default:"2048" env:"STUDYCTL_CACHE"`
	AllowTCG    bool   `help:"Let participants work on emulated machines where KVM does not run guests. Everything is several times slower and the data says so." env:"STUDYCTL_ALLOW_TCG" name:"allow-tcg"`
	Netem       string `help:"How networks are emulated. tun: by the program, between two of Linux's own TCP stacks; as root, or where users may make namespaces and open /dev/net/tun. userspace: by the program, between two TCP/IP stacks of its own, everywhere. kernel: by Linux's sch_netem, as root; what that cannot do is refused. auto: tun where it works, else userspace. Each attempt records which it was, and a version of a study stays with the one it began with." default:"auto" enum:"auto,tun,userspace,kernel" env:"STUDYCTL_NETEM"`
	Display     string `help:"How the screens of virtual machines are shown: dbus, by a server of ours as soon as the machine has drawn; vnc, by QEMU's own, which adds 30 to 80 ms to every answer; auto, by the better one that this QEMU can." default:"auto" enum:"auto,dbus,vnc" env:"STUDYCTL_DISPLAY"`
	LogLevel    string `help:"What to log: debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"STUDYCTL_LOG"`
}

func (c Config) level() slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return slog.LevelInfo
	}
	return l
}

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
func (cmd configCmd) Run(c Config, t terminal) error {
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
		return json.NewEncoder(t.out).Encode(c)
	}
	w := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, row := range [][2]any{
		{"data", c.Data},
		{"database-url", c.DatabaseURL},
		{"listen", c.Listen},
		{"public", c.public()},
		{"zone", zone.String()},
		{"proxies", c.Proxies},
		{"memory", c.Memory},
		{"cache", c.Cache},
		{"allow-tcg", c.AllowTCG},
		{"netem", c.Netem},
		{"display", c.Display},
		{"log-level", c.LogLevel},
	} {
		fmt.Fprintf(w, "%s\t%v\n", row[0], row[1])
	}
	return w.Flush()
}
