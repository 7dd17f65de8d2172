// Package arch tests rules of this project that the compiler does not check.
package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "vmstudy/"

// floors lists our rooms from the ground up. A room may import only rooms on floors below its
// own, whatever its inner packages are called; see docs/architecture.md.
var floors = [][]string{
	{"study", "rfb", "keyboard", "fields", "files", "aside", "migrations", "bench"},
	{"netem", "vmhost", "stream", "appliances", "record", "document", "relocate", "mail"},
	{"questionnaire"},
	{"session", "analysis"},
	{"web", "postgres", "studytest"},
	{"studyctl"},
}

// stdlibOnly are the rooms that import nothing but Go's own library.
var stdlibOnly = []string{"study", "rfb", "keyboard", "fields", "files", "aside", "bench"}

// handed lists rooms whose contents are handed to others: these may not import them, although they lie below.
var handed = map[string][]string{
	"questionnaire": {"session", "analysis"}, // a study's instruments are data of the study, not of this program
}

// alone lists heavy or unusual dependencies, and packages that only a part of our own may use. For each it has the only
// packages that may import it.
var alone = map[string][]string{
	"github.com/hanwen/go-fuse/v2":  {"stream/mount"},
	"github.com/moby/sys":           {"stream/mount"},
	"gvisor.dev/gvisor":             {"netem/userspace"},
	"github.com/vishvananda":        {"netem/kernel", "netem/namespace", "netem/tun"},
	"github.com/jackc/pgx/v5":       {"postgres", "postgres/embedded", "postgres/embedded/pgtest"},
	"filippo.io/age":                {"studyctl", "studyctl/backup"},
	"github.com/wneessen/go-mail":   {"mail"},
	"github.com/prometheus":         {"studyctl/metrics"},
	"github.com/danielgtaylor/huma": {"web/api"},
	"github.com/chromedp":           {"studyctl/clockbench"},
	module + "vmhost/qemu":          {"vmhost", "vmhost/linux", "vmhost/build"},
}

// inside says, for rooms of several packages, which packages of its own room each may import. Packages
// that are not listed, as those of tests, may import any.
var inside = map[string][]string{
	"study/adaptive":   {},
	"study/instrument": {},

	"rfb/wire":   {},
	"rfb/tap":    {"rfb/wire"},
	"rfb/jpeg":   {},
	"rfb/h264":   {},
	"rfb/screen": {"rfb/wire", "rfb/jpeg", "rfb/h264"},
	"rfb/server": {"rfb/wire", "rfb/screen", "rfb/h264"},
	"rfb/robot":  {"rfb/wire", "rfb/screen"},

	"stream/wire":     {},
	"stream/forecast": {"stream/wire"},
	"stream/store":    {"stream/wire"},
	"stream/cache":    {"stream/wire"},
	"stream/plan":     {"stream/wire", "stream/forecast"},
	"stream":          {"stream/wire", "stream/forecast", "stream/plan"},
	"stream/mount":    {"stream", "stream/wire"},

	"vmhost/wire":    {},
	"vmhost/tool":    {},
	"vmhost/inlet":   {},
	"vmhost/disk":    {},
	"vmhost/nbd":     {},
	"vmhost/qmp":     {"vmhost/wire"},
	"vmhost/dbus":    {"vmhost/wire"},
	"vmhost/display": {"vmhost/dbus", "vmhost/inlet"},
	"vmhost/qemu":    {"vmhost/wire", "vmhost/tool", "vmhost/qmp"},
	"vmhost/linux":   {"vmhost/tool", "vmhost/qemu"},
	"vmhost":         {"vmhost/dbus", "vmhost/display", "vmhost/inlet", "vmhost/nbd", "vmhost/qemu", "vmhost/qmp"},
	"vmhost/build":   {"vmhost/tool", "vmhost/qemu", "vmhost/linux", "vmhost"},

	"analysis/stat":     {},
	"analysis/model":    {"analysis/stat"},
	"analysis/figure":   {"analysis/stat"},
	"analysis/power":    {"analysis/model"},
	"analysis/report":   {"analysis/figure", "analysis/model", "analysis/stat"},
	"analysis/simulate": {"analysis/model"},

	"web/static":    {},
	"web/catalogue": {},
	"web/password":  {},
	"web/calendar":  {},
	"web/post":      {"web/calendar", "web/catalogue", "web/page"},
	"web/relay":     {},
	"web/view":      {"web/catalogue", "web/static"},
	"web/page":      {"web/catalogue", "web/view"},
	"web/questions": {"web/catalogue", "web/view"},
	"web/signin":    {"web/page", "web/password", "web/view"},
	"web/screen":    {"web/page", "web/relay"},
	"web/lab":       {"web/catalogue", "web/page", "web/questions", "web/view"},
	"web/api":       {"web/lab", "web/page"},
	"web/visit":     {"web/calendar", "web/catalogue", "web/page", "web/questions", "web/relay", "web/screen", "web/view"},
	"web":           {"web/api", "web/lab", "web/page", "web/password", "web/screen", "web/signin", "web/static", "web/view", "web/visit"},
}

func TestImportsInsideARoomPointDown(t *testing.T) {
	found := map[string]bool{}
	for file, imports := range sources(t, "../..") {
		dir := filepath.ToSlash(filepath.Dir(file))
		below, listed := inside[dir]
		found[dir] = true
		for _, path := range imports {
			dep, ours := strings.CutPrefix(path, module)
			if listed && ours && top(dep) == top(file) && !slices.Contains(below, dep) {
				t.Errorf("%s: %s must not import %s", file, dir, dep)
			}
		}
	}
	for dir := range inside {
		if !found[dir] {
			t.Errorf("%s is in the plan and not there", dir)
		}
	}
}

func TestImportsPointDown(t *testing.T) {
	floorOf := map[string]int{}
	for i, floor := range floors {
		for _, room := range floor {
			floorOf[room] = i + 1 // so that 0 means "not in the plan"
		}
	}
	for file, imports := range sources(t, "../..") {
		room := top(file)
		if floorOf[room] == 0 {
			t.Errorf("%s: room %s has no floor; add it to the plan", file, room)
		}
		for _, path := range imports {
			dep, ours := strings.CutPrefix(path, module)
			if ours && top(dep) != room && floorOf[top(dep)] >= floorOf[room] {
				t.Errorf("%s: %s must not import %s", file, room, dep)
			}
			if ours && slices.Contains(handed[top(dep)], room) {
				t.Errorf("%s: what %s has is handed to %s, which must not import it", file, dep, room)
			}
		}
	}
}

func TestGroundFloorImportsOnlyTheStandardLibrary(t *testing.T) {
	for file, imports := range sources(t, "../..") {
		if !slices.Contains(stdlibOnly, top(file)) {
			continue
		}
		for _, path := range imports {
			inRoom := strings.HasPrefix(path, module+top(file))
			if first := top(path); strings.Contains(first, ".") || first == "vmstudy" && !inRoom {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}

func TestOddDependenciesStayInTheirPlace(t *testing.T) {
	for file, imports := range sources(t, "../..") {
		for _, path := range imports {
			for dep, places := range alone {
				if strings.HasPrefix(path, dep) && !slices.Contains(places, filepath.ToSlash(filepath.Dir(file))) {
					t.Errorf("%s imports %s, which belongs to %v", file, path, places)
				}
			}
		}
	}
}

// TestTheProductCannotControlABrowser keeps the benches that need one out of studyctl: they are in studyctl-bench.
func TestTheProductCannotControlABrowser(t *testing.T) {
	controls := func(program string) bool {
		return slices.ContainsFunc(dependencies(t, program), func(dep string) bool { return strings.HasPrefix(dep, "github.com/chromedp/") })
	}
	if controls("vmstudy/studyctl") {
		t.Error("studyctl depends on chromedp")
	}
	if !controls("vmstudy/studyctl/studyctl-bench") {
		t.Error("studyctl-bench does not depend on chromedp")
	}
}

// dependencies lists the packages that a program is built of.
func dependencies(t *testing.T, program string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", program).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", program, err)
	}
	return strings.Fields(string(out))
}

// A path that a person chose may contain special characters of patterns, as in "study[2026]". So only fixed paths of
// the operating system may be patterns: those that begin with a literal, and those in these files.
var patternsOfTheSystem = []string{
	"postgres/embedded/installation.go", // a constant: where Debian has its servers
	"studytest/need.go",                 // a table of constants: where programs lie
}

func TestNoPathThatAPersonChoseIsAPattern(t *testing.T) {
	for file := range sources(t, "../..") {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", file), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, is := n.(*ast.CallExpr)
			if is && named(call.Fun, "filepath", "Glob") && !rooted(call.Args[0]) && !slices.Contains(patternsOfTheSystem, filepath.ToSlash(file)) {
				t.Errorf("%s: filepath.Glob of a path that is not written there; list the directory with os.ReadDir", file)
			}
			return true
		})
	}
}

// writesInPlace are the files that may write without package files, and why nobody reads what a crash leaves half written.
var writesInPlace = map[string]string{
	"netem/namespace/namespacetest/suite.go": "a file of a test",
	"netem/namespace/tcp.go":                 "a setting of the kernel",
	"postgres/embedded/home.go":              "written anew before each start of the server that reads it",
	"session/streamed.go":                    "goes with its machine",
	"stream/mount/mountinfo.go":              "a setting of the kernel",
	"studyctl/resultsbench/memory.go":        "a setting of the kernel",
	"studyctl/trace.go":                      "a picture for the person who waits for the command",
	"vmhost/accelerator.go":                  "removed when the probe is over",
	"vmhost/build/debian.go":                 "in the directory of a build, which becomes an appliance when it is complete",
	"vmhost/build/snapshot.go":               "in that directory, too",
	"vmhost/linux/initramfs.go":              "in a directory that is removed after use",
	"vmhost/qemu/confine.go":                 "a setting of the kernel",
}

func TestFilesAreWrittenWholeOrNotAtAll(t *testing.T) {
	unused := maps.Clone(writesInPlace)
	for file := range sources(t, "../..") {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", file), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, is := n.(*ast.CallExpr)
			if !is || !named(call.Fun, "os", "WriteFile") && !named(call.Fun, "os", "Create") {
				return true
			}
			if writesInPlace[filepath.ToSlash(file)] == "" {
				t.Errorf("%s writes a file in place, which a crash would leave half written: use package files, or say here why that is well", file)
			}
			delete(unused, filepath.ToSlash(file))
			return true
		})
	}
	for file := range unused {
		t.Errorf("%s writes no file in place any more", file)
	}
}

// named reports whether e is pkg.name.
func named(e ast.Expr, pkg, name string) bool {
	s, is := e.(*ast.SelectorExpr)
	if !is {
		return false
	}
	x, is := s.X.(*ast.Ident)
	return is && x.Name == pkg && s.Sel.Name == name
}

// rooted reports whether e begins with a literal of an absolute path.
func rooted(e ast.Expr) bool {
	for {
		sum, is := e.(*ast.BinaryExpr)
		if !is {
			break
		}
		e = sum.X
	}
	lit, is := e.(*ast.BasicLit)
	return is && strings.HasPrefix(lit.Value, `"/`)
}

// sources maps each Go file below root, except tests, to its imports.
func sources(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"internal", "node_modules", "build", ".git", "e2e"}, rel):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		found[rel] = nil
		for _, spec := range f.Imports {
			found[rel] = append(found[rel], strings.Trim(spec.Path.Value, `"`))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("no source files found below " + root)
	}
	return found
}

// top returns the first element of a slash-separated path.
func top(path string) string {
	name, _, _ := strings.Cut(filepath.ToSlash(path), "/")
	return name
}
