package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestWhatStartsGoroutinesIsTestedWithTheRaceDetector reads which packages "make test" tests without the race detector, and looks for
// goroutines in them and in their tests.
func TestWhatStartsGoroutinesIsTestedWithTheRaceDetector(t *testing.T) {
	const root = "../.."
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^pure := (\S+)$`).FindSubmatch(makefile)
	if found == nil {
		t.Fatal("the Makefile does not say what is pure")
	}
	pure := regexp.MustCompile(`^(` + string(found[1]) + `)(/|$)`)
	tests, err := filepath.Glob(root + "/*/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	deeper, _ := filepath.Glob(root + "/*/*/*_test.go")
	packages := map[string]bool{}
	for _, test := range slices.Concat(tests, deeper) {
		if room, err := filepath.Rel(root, filepath.Dir(test)); err == nil && pure.MatchString(filepath.ToSlash(room)) {
			packages[filepath.Dir(test)] = true
		}
	}
	if len(packages) < 20 {
		t.Errorf("only %d packages are pure: is the pattern right?", len(packages))
	}
	for dir := range packages {
		for _, place := range goroutines(t, dir) {
			t.Errorf("%s starts a goroutine, but the Makefile calls its package pure", place)
		}
	}
}

// goroutines returns where the files of a directory start goroutines: by a go statement, a WaitGroup or group of errors, or a parallel test.
func goroutines(t *testing.T, dir string) (places []string) {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, isCall := n.(*ast.CallExpr)
			_, isGo := n.(*ast.GoStmt)
			if isCall {
				if method, is := call.Fun.(*ast.SelectorExpr); is {
					isGo = method.Sel.Name == "Go" || method.Sel.Name == "Parallel"
				}
			}
			if isGo {
				places = append(places, set.Position(n.Pos()).String())
			}
			return true
		})
	}
	return places
}
