package embedded

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"vmstudy/study"
)

// debianBin matches the directories where Debian and Ubuntu keep the server programs. They are not
// on the PATH.
const debianBin = "/usr/lib/postgresql/*/bin"

// An Installation is a set of PostgreSQL server programs on this machine.
type Installation struct {
	Dir   string // where initdb and postgres are
	Major string // the major version, such as "15"; it decides on the format of the data
}

// Find returns the PostgreSQL of the given major version. If major is "", it prefers the one on the
// PATH to Debian's, and the newest of Debian's to older ones. If there is none, the error is a
// study.Refusal of kind study.ErrNotFound that names the package to install.
func Find(major string) (Installation, error) {
	for _, dir := range candidates() {
		found, err := inspect(dir)
		if err != nil {
			continue // incomplete: Debian leaves directories of removed versions behind
		}
		if major == "" || found.Major == major {
			return found, nil
		}
	}
	if major == "" {
		return Installation{}, study.Refuse(study.ErrNotFound,
			"PostgreSQL is not installed: initdb and postgres are neither on the PATH nor in %s; install the Debian package postgresql", debianBin)
	}
	return Installation{}, study.Refuse(study.ErrNotFound,
		"the database was made by PostgreSQL %s, which is not installed; install the Debian package postgresql-%s", major, major)
}

// candidates returns the directories that may contain the programs, best first.
func candidates() []string {
	debian, _ := filepath.Glob(debianBin) // fails only if the pattern is malformed
	slices.SortFunc(debian, func(a, b string) int { return debianVersion(b) - debianVersion(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		return append([]string{filepath.Dir(path)}, debian...)
	}
	return debian
}

// debianVersion returns 15 for /usr/lib/postgresql/15/bin, and 0 for versions such as 9.6.
func debianVersion(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

// inspect asks the programs in dir for their version.
func inspect(dir string) (Installation, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return Installation{}, err
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Installation{}, fmt.Errorf("version of postgres in %s: %w", dir, err)
	}
	major, err := parseMajor(string(out))
	return Installation{Dir: dir, Major: major}, err
}

// parseMajor returns "15" for "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" and for
// "postgres (PostgreSQL) 15rc1".
func parseMajor(version string) (string, error) {
	_, rest, _ := strings.Cut(version, "(PostgreSQL) ")
	digits := 0
	for digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9' {
		digits++
	}
	if digits == 0 {
		return "", fmt.Errorf("version of postgres in %q: %w", version, study.ErrInvalid)
	}
	return rest[:digits], nil
}
