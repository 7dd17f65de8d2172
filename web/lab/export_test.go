package lab

// What the tests from outside see of the inside.

const (
	AddRow          = addRow
	MostDownloads   = mostDownloads
	MostFindings    = mostFindings
	FindingPatience = findingPatience
	NoteLimit       = noteLimit
	Skeleton        = skeleton
)

var (
	AppointmentLength = appointmentLength
	DesignFields      = designFields
	FitKey            = fitKey
	DrawDesign        = drawDesign
	Row               = row
)
