package document

import "vmstudy/study"

type (
	preregistration = study.Preregistration
	comparison      = study.Comparison
)

var preregistrationCodec = objectOf(
	in("participants", func(p *preregistration) *int { return &p.Participants }, whole[int](), "How many participants are to be analysed."),
	in("stopping", func(p *preregistration) *string { return &p.Stopping }, text[string](), "When the study stops to take people, in words."),
	in("exclusions", func(p *preregistration) *string { return &p.Exclusions }, text[string](), "Who and what is left out of the analysis, besides what the program leaves out by itself, in words."),
	all("comparisons", func(p *preregistration) *[]comparison { return &p.Comparisons }, comparisonCodec, study.MaxComparisons,
		"The tests that are planned. Results call these confirmatory, and nothing else."),
)

var comparisonCodec = objectOf(
	must(in("name", func(c *comparison) *string { return &c.Name }, text[string](), "What tables call it, as in H1.")),
	must(in("hypothesis", func(c *comparison) *string { return &c.Hypothesis }, text[string](), "What is expected, in words.")),
	must(in("outcome", func(c *comparison) *string { return &c.Outcome }, text[string](),
		"What is compared: completion, time_on_task (the natural logarithm of seconds), or a question or measure that is asked after every trial, as in satisfaction.satisfaction.")),
	must(in("factor", func(c *comparison) *study.Factor { return &c.Factor }, factorWord, "The factor whose levels are compared: method, network, task, the name of a further one, or group.")),
	must(in("first", func(c *comparison) *string { return &c.First }, text[string](), "A level of the factor. A difference is the first less the second.")),
	must(in("second", func(c *comparison) *string { return &c.Second }, text[string](), "Another level of it.")),
	fieldOf("only", func(c *comparison) *study.Crossing { return &c.Only }, objectOf(crossingFields...), study.Crossing.Empty,
		"The conditions in which they are compared. Of several, the mean of a participant counts."),
	must(in("claim", func(c *comparison) *study.Claim { return &c.Claim }, oneOf(words(study.Claims()...)...),
		"What is to be shown. differs: they differ. not_lower: the first is not lower by the margin or more. not_higher: it is not higher by that. equivalent: they differ by less than the margin.")),
	in("margin", func(c *comparison) *float64 { return &c.Margin }, number(), "From which difference on it would matter, in the unit of the outcome. Only a claim that they differ has none."),
	must(in("test", func(c *comparison) *study.PlannedTest { return &c.Test }, oneOf(words(study.PlannedTests()...)...),
		"signed_rank: Wilcoxon's, exact. paired_t: Student's. mcnemar: of completion, exact. mann_whitney: of groups, and of nothing else; exact.")),
	in("family", func(c *comparison) *string { return &c.Family }, text[string](), "The comparisons of one family are corrected together, by Holm. Those that name none are a family, too."),
)
