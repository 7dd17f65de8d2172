package view

// Openness says who may begin in a study.
type Openness struct {
	Path      string // of the study's page
	Say       string
	Moves     []Choice // what an experimenter may make of it
	Deletable bool
	Fault     string // why it could not be changed just now
}
