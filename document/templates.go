package document

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"

	"vmstudy/study"
)

//go:embed templates/*.yaml
var templates embed.FS

// A Template is a design to begin with. It has neither appliance nor tasks, since these are what is installed.
type Template struct {
	Name   string // of its file, without the number that orders them
	About  string // what it is for, in a sentence or two
	Design study.Design
}

// Templates returns the templates in the order in which they are offered. Callers must not change the designs.
var Templates = sync.OnceValue(func() (all []Template) {
	entries, err := templates.ReadDir("templates")
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, e := range entries {
		content, err := templates.ReadFile(path.Join("templates", e.Name()))
		if err != nil {
			panic(err)
		}
		d, faults := Read(content)
		if len(faults) > 0 {
			panic(fmt.Sprintf("%s: %v", e.Name(), faults)) // a test reads them all
		}
		_, name, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".yaml"), "-")
		all = append(all, Template{Name: name, About: comment(string(content)), Design: d})
	}
	return all
})

// comment returns the comment at the beginning of a file, as one line.
func comment(content string) string {
	var words []string
	for line := range strings.Lines(content) {
		said, is := strings.CutPrefix(line, "#")
		if !is {
			break
		}
		words = append(words, strings.TrimSpace(said))
	}
	return strings.Join(words, " ")
}
