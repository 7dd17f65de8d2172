package study

import "regexp"

// A Licence is one under which data are usually published.
type Licence struct {
	ID      string // as SPDX has it, https://spdx.org/licenses
	Meaning string
}

// Licences lists them. A study may name any other by its SPDX identifier.
func Licences() []Licence {
	return []Licence{
		{"CC0-1.0", "no rights reserved"},
		{"CC-BY-4.0", "whoever uses them names you"},
		{"CC-BY-SA-4.0", "the same, and shares what they make of them alike"},
		{"CC-BY-NC-4.0", "whoever uses them names you, and earns nothing by it"},
		{"ODC-By-1.0", "for databases: whoever uses them names you"},
		{"ODbL-1.0", "for databases: the same, and shares what they make of them alike"},
	}
}

var licenceID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$`)

func (d Design) checkLicence(f faults) {
	f.unless(d.License == "" || licenceID.MatchString(d.License), "license",
		"a licence is named by its SPDX identifier, such as CC-BY-4.0: letters, digits, points, + and -")
}
