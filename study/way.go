package study

import (
	"slices"
	"strings"
)

// MixesWays refuses a link in the way here for a version of a study whose earlier links were made in
// the ways began. TCP behaves differently in each way, so measurements over links of two ways do not
// compare. began is empty before the first link of the version. The refusal is for the participant.
func MixesWays(began []LinkWay, here LinkWay) error {
	if len(began) == 0 || slices.Contains(began, here) {
		return nil
	}
	return Refuse(ErrConflict,
		"This computer makes networks in another way (%s) than the study began with (%s), so the session cannot go on here. Please tell the experimenter.", here, waysText(began))
}

// MixedWays says the same to an experimenter. It is empty if MixesWays refuses nothing.
func MixedWays(began []LinkWay, here LinkWay) string {
	if MixesWays(began, here) == nil {
		return ""
	}
	return "This version began with networks made in the way " + waysText(began) + ", and this server makes them in the way " + string(here) +
		". Figures of both do not compare, so it refuses participants who count. Start it with --netem " + string(began[0]) + "."
}

func waysText(ways []LinkWay) string {
	var words []string
	for _, w := range ways {
		words = append(words, string(w))
	}
	return strings.Join(words, " and ")
}
