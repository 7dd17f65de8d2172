package studytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// programs lists, for each thing that a test may need, where to look for it: a name is looked up on
// the PATH, a path is a glob pattern.
var programs = map[string][]string{
	"postgres": {"/usr/lib/postgresql/*/bin/postgres", "postgres"},
	"qemu":     {"qemu-system-x86_64"},
	"qemu-img": {"qemu-img"},
	"fuse":     {"/dev/fuse"},
	"chromium": {"chromium", "chromium-browser", "google-chrome"},
	"ffmpeg":   {"ffmpeg"},
	"busybox":  {"busybox"},
	"apt":      {"apt-get"},

	"websockify": {"websockify"},
	"tigervnc":   {"Xtigervnc"},
	"x11vnc":     {"x11vnc"},
	"xwd":        {"xwd"},

	"zstd":      {"zstd"},
	"perl":      {"perl"},
	"rscript":   {"Rscript"},
	"python":    {"python3"},
	"curl":      {"curl"},
	"zbar":      {"zbarimg"},
	"icalendar": {"/usr/lib/python3/dist-packages/icalendar/__init__.py"}, // of Debian's own Python
	"aiosmtpd":  {"/usr/lib/python3/dist-packages/aiosmtpd/__init__.py"},  // of Debian's own Python
	"systemd":   {"systemd-analyze"},
	"nginx":     {"/usr/sbin/nginx"},
	"caddy":     {"caddy"},

	"r":     {"/usr/lib/R/site-library/ordinal/DESCRIPTION"}, // R with the packages that internal/reference names
	"knitr": {"/usr/lib/R/site-library/knitr/DESCRIPTION"},

	"mmdebstrap": {"mmdebstrap"},
	"uidmap":     {"newuidmap"},
	"tun":        {}, // see opens
	"root":       {},
}

// Need skips t unless the machine has everything in what: postgres, qemu, qemu-img, fuse, chromium,
// ffmpeg, busybox, apt, websockify, tigervnc (server and viewer), x11vnc, xwd, zstd, perl, rscript (R alone), python, curl, zbar, icalendar (python3-icalendar), aiosmtpd (python3-aiosmtpd), systemd,
// nginx, caddy, mmdebstrap, uidmap, r (with its mixed models), knitr (of R), tun (this user may open /dev/net/tun), root (the test runs as the computer's root; see
// AsRoot for tests that the root of a user namespace can run). If the environment variable
// STUDYCTL_REQUIRE (a list with commas) names something that is missing, t fails instead, so that a
// run that skipped tests cannot look like one that passed.
func Need(t testing.TB, what ...string) {
	t.Helper()
	for _, w := range what {
		places, known := programs[w]
		switch {
		case !known:
			t.Fatalf("studytest.Need(%q): nobody knows how to look for it", w)
		case slices.ContainsFunc(places, found), w == "root" && os.Geteuid() == 0, w == "tun" && opens("/dev/net/tun"):
		default:
			Lacks(t, w, "looked for "+strings.Join(places, ", "))
		}
	}
}

// Lacks skips t because what is missing, or fails t if STUDYCTL_REQUIRE names it.
func Lacks(t testing.TB, what, more string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("STUDYCTL_REQUIRE"), ","), what) {
		t.Fatalf("%s is required and not on this machine (%s)", what, more)
		return // needed if Fatalf of this testing.TB only records the failure
	}
	t.Skipf("%s is not on this machine (%s)", what, more)
}

// opens reports whether this process may open a device.
func opens(device string) bool {
	f, err := os.OpenFile(device, os.O_RDWR, 0)
	if err == nil {
		f.Close()
	}
	return err == nil
}

func found(place string) bool {
	if !strings.HasPrefix(place, "/") {
		_, err := exec.LookPath(place)
		return err == nil
	}
	files, err := filepath.Glob(place)
	return err == nil && len(files) > 0
}
