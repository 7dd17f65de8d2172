package cli

import (
	"errors"
	"log/slog"
	"path/filepath"

	"vmstudy/study"
	"vmstudy/vmhost"
)

// Settings are the flags that all commands of both programs know. Each can be set by an environment variable, too.
type Settings struct {
	Data        string `help:"Directory for everything that is kept." default:"data" env:"STUDYCTL_DATA" type:"path"`
	DatabaseURL string `help:"PostgreSQL to use instead of our own, as postgres://user:password@host/database." env:"DATABASE_URL" name:"database-url"`
	Listen      string `help:"Address to serve on." default:"127.0.0.1:8080" env:"STUDYCTL_LISTEN"`
	Public      string `help:"Address under which people reach the pages, as https://lab.example.org or https://example.org/lab, behind a reverse proxy. Nothing else is taken for it. Empty: http:// and the listen address." env:"STUDYCTL_PUBLIC"`
	TLSCert     string `help:"File with a certificate and its chain (PEM): serve https with it, without a reverse proxy. A renewed one is taken without a restart. Needs --tls-key and --public." env:"STUDYCTL_TLS_CERT" name:"tls-cert" type:"path"`
	TLSKey      string `help:"File with the private key of --tls-cert (PEM)." env:"STUDYCTL_TLS_KEY" name:"tls-key" type:"path"`
	Metrics     string `help:"Address on which programs may read /metrics, as 127.0.0.1:9464, for Prometheus. It must not be open to the world. Empty: nowhere." env:"STUDYCTL_METRICS" placeholder:"ADDRESS"`
	Zone        string `help:"Time zone of the laboratory, as Europe/Berlin, in which pages show times. Empty: that of the system." env:"STUDYCTL_ZONE"`
	Proxies     string `help:"Reverse proxies in front of this server, as addresses or networks with commas between them, as in 10.0.0.7,192.0.2.0/24. What they say in X-Forwarded-For is believed of where somebody signs in from; nobody else's word is. Empty: this computer (127.0.0.0/8 and ::1) if STUDYCTL_PUBLIC is set, else none." env:"STUDYCTL_PROXIES"`
	Second      bool   `help:"Ask everybody who runs studies for a second factor beside the password: a code of an app. Who has none sets it up at the next sign-in." env:"STUDYCTL_SECOND_FACTOR" name:"second-factor"`
	Memory      int    `help:"MiB of memory that all virtual machines together may take. 0: three quarters of what is free at the start." default:"0" env:"STUDYCTL_MEMORY"`
	Cache       int    `help:"MiB of streamed pages that are kept at the near end for studies whose streams begin warm. 0: none, so that such a stream begins cold too." default:"2048" env:"STUDYCTL_CACHE"`
	AllowTCG    bool   `help:"Let participants work on emulated machines where KVM does not run guests. Everything is several times slower and the data says so." env:"STUDYCTL_ALLOW_TCG" name:"allow-tcg"`
	Netem       string `help:"How networks are emulated. tun: by the program, between two of Linux's own TCP stacks; as root, or where users may make namespaces and open /dev/net/tun. userspace: by the program, between two TCP/IP stacks of its own, everywhere. kernel: by Linux's sch_netem, as root; what that cannot do is refused. auto: tun where it works, else userspace. Each attempt records which it was, and a version of a study stays with the one it began with." default:"auto" enum:"auto,tun,userspace,kernel" env:"STUDYCTL_NETEM"`
	Display     string `help:"How the screens of virtual machines are shown: dbus, by a server of ours as soon as the machine has drawn; vnc, by QEMU's own, which adds 30 to 80 ms to every answer; auto, by the better one that this QEMU can." default:"auto" enum:"auto,dbus,vnc" env:"STUDYCTL_DISPLAY"`
	LogFormat   string `help:"How log lines are written: text, for people, or json, for programs." default:"text" enum:"text,json" env:"STUDYCTL_LOG_FORMAT" name:"log-format"`
	LogLevel    string `help:"What to log: debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"STUDYCTL_LOG"`
}

// Level returns the lowest level of lines that are logged.
func (s Settings) Level() slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return slog.LevelInfo
	}
	return l
}

// AppliancesDir returns the directory of the installed appliances.
func (s Settings) AppliancesDir() string { return filepath.Join(s.Data, "appliances") }

// Appliance loads an installed appliance.
func (s Settings) Appliance(name string) (vmhost.Appliance, error) {
	if name == "" || name != filepath.Base(name) {
		return vmhost.Appliance{}, study.Refuse(study.ErrInvalid, "%q is no name of an appliance", name)
	}
	app, err := vmhost.Load(filepath.Join(s.AppliancesDir(), name))
	if errors.Is(err, study.ErrNotFound) {
		return vmhost.Appliance{}, study.Refuse(study.ErrNotFound,
			"appliance %q is not installed; build it with: studyctl appliance build %s", name, name)
	}
	return app, err
}
