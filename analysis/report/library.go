package report

// An end is the end of a scale that is the good one.
type end int

const (
	neither end = iota // nobody has said which it is
	highEnd
	lowEnd
)

// library has the questionnaires that come with the program. Those of one item have the good end of its scale. The program
// cannot know that end of a questionnaire that a study has written itself.
var library = map[string]end{
	"about": neither, "remarks": neither, "sus": neither, "tlx": neither, "tlx_pairs": neither, "tlx_weighted": neither, "ueq_s": neither, "umux_lite": neither,
	"accomplishment": highEnd, "acr": highEnd, "dcr": highEnd, "satisfaction": highEnd, "seq": highEnd,
	"annoyance": lowEnd, "mental_demand": lowEnd, "smeq": lowEnd,
}

// address is a questionnaire in the names of figures, tables and outcomes. A study may call a questionnaire of its own "completion" or
// "crossover", as other things on the page are called; the prefix keeps them apart.
func address(instrument string) string {
	if _, ours := library[instrument]; ours {
		return instrument
	}
	return "own-" + instrument
}
