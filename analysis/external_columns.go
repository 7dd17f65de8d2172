package analysis

// ExternalID is a value that came with the address by which somebody opened a link, such as their name on a site that recruits people.
type ExternalID struct {
	Participant string // code
	Name, Value string
}

var externalColumns = []Column[ExternalID]{
	{"participant", "", "Code of the participant.", func(r ExternalID) Value { return Text(r.Participant) }},
	{"name", "", "The parameter of the address by which they came, as in PROLIFIC_PID.", func(r ExternalID) Value { return Text(r.Name) }},
	{"value", "", "What it said. With it people can be found elsewhere, so take this file out before you publish the others. It has rows only if the study exports them.", func(r ExternalID) Value { return Text(r.Value) }},
}
