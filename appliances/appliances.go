// Package appliances has the recipes of the appliances that come with the program. They are part of the program, so it can
// build them anywhere.
//
// README.md beside this file explains how to write one's own.
package appliances

import (
	"embed"
	"fmt"
	"io/fs"

	"vmstudy/study"
)

//go:embed all:demo
var recipes embed.FS

// Names lists the recipes.
func Names() []string { return []string{"demo"} }

// Recipe returns the directory of the recipe of that name, for build.Appliance in vmhost. If there is none, the error is
// study.ErrNotFound.
func Recipe(name string) (fs.FS, error) {
	for _, n := range Names() {
		if n == name {
			return fs.Sub(recipes, name)
		}
	}
	return nil, fmt.Errorf("recipe %q: %w", name, study.ErrNotFound)
}
