package lab

import (
	"slices"

	"vmstudy/study"
	"vmstudy/web/view"
)

// licenceChoices are the usual licences, and what was typed.
func licenceChoices(typed string) []view.Choice {
	all := []view.Choice{{Label: "not said"}}
	for _, l := range study.Licences() {
		all = append(all, view.Choice{Value: l.ID, Label: l.ID + ": " + l.Meaning})
	}
	if typed != "" && !slices.ContainsFunc(all, func(c view.Choice) bool { return c.Value == typed }) {
		all = append(all, view.Choice{Value: typed, Label: typed})
	}
	return all
}
