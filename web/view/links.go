package view

// LinksForm is the form about the links of several participants.
type LinksForm struct {
	Whose, Until string // as chosen and as typed
	Say          string // what is wrong with the form
}

// Sheet is the page of links that were just made.
type Sheet struct {
	Study  Study
	Path   string // of this page
	Title  string // of the study, as participants see it
	Until  string // the last day of these links; empty if they do not expire
	Gone   string // until when this page can be opened
	Letter string // what the form for letters says first
	Open   bool   // whether it is one link, for everybody
	Rows   []SheetRow
}

// SheetRow is one link.
type SheetRow struct {
	Code, Link string
	QR         QR // on the sheet for paper
}

// QR is a QR code: a square of Size modules, its margin included, and the dark ones as an SVG path.
type QR struct {
	Size int
	Path string
}
