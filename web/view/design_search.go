package view

// SearchChoices are what a search for the crossover can be made of.
type SearchChoices struct {
	Methods  []Choice
	Ratings  []Choice
	Networks Crossing
}
