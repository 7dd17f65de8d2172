package instrument

// A Measure is a number that follows from the answers.
type Measure struct {
	ID      string
	Meaning string   // for the codebook, with range and direction
	Unit    string   // for the codebook
	Mean    []string // IDs of questions of which it is the mean
}
