package document

import "vmstudy/study"

type crossover = study.Crossover

var crossoverCodec = objectOf(
	must(in("near", func(c *crossover) *string { return &c.Near }, text[string](), "The level of the access method that is expected to do well where the round trip is short.")),
	must(in("far", func(c *crossover) *string { return &c.Far }, text[string](), "The level that is expected to do better where it is long.")),
	all("networks", func(c *crossover) *[]string { return &c.Networks }, text[string](), study.MaxLevels, "The networks among which it chooses, by their names; all if it is left out. Nobody meets the others."),
	must(in("rating", func(c *crossover) *string { return &c.Rating }, text[string](), "The question for a number by which the two are compared, of what is asked after every trial, as in satisfaction.satisfaction.")),
	in("low_is_good", func(c *crossover) *bool { return &c.LowIsGood }, flag(), "Of that question the low end is the good one, as of annoyance."),
	must(in("least_ms", func(c *crossover) *duration { return (*duration)(&c.Least) }, fixed[duration](millis),
		"The shortest round trip at which the crossover may lie. Between it and most_ms all are equally probable beforehand, on a logarithmic scale.")),
	must(in("most_ms", func(c *crossover) *duration { return (*duration)(&c.Most) }, fixed[duration](millis), "The longest round trip at which it may lie.")),
	in("lapse_percent", func(c *crossover) *float64 { return &c.Lapse }, percent(), "The share of pairs whose ratings say nothing, since somebody did not pay attention; 4 if it is left out."),
	in("width_octaves", func(c *crossover) *float64 { return &c.Width }, number(),
		"A participant stops when the interval of 95 % of each crossover is this narrow; an octave is a doubling. Without it only the number of pairs ends the search."),
	must(in("pairs", func(c *crossover) *int { return &c.Pairs }, whole[int](), "At most so many pairs of trials for each participant.")),
)
