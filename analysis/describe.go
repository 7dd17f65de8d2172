package analysis

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"vmstudy/study"
)

// analyseR describes an export as the results page does.
//
//go:embed scripts/analyse.R
var analyseR []byte

// description returns the files that say what the data are and where they come from.
func (p places) description(f Filter, tables []table) []entry {
	return []entry{
		written("README.txt", []byte(p.readme(f, tables))),
		written("dataset_description.json", p.psychDS(f, tables)),
		written("CHANGES.txt", []byte(p.changes())),
		written("CITATION", []byte(p.citation(f))),
		written(".psychds-ignore", []byte("CITATION\nmanifest.sha256\nanalysis/\nmaterials/\ndocumentation/\nresults/\n")),
		written("analysis/analyse.R", analyseR),
		written("analysis/analyse.qmd", quarto(analyseR)),
	}
}

// simulatedNote says in README.txt that nobody gave these data.
const simulatedNote = "SIMULATED DATA: no person gave any of this. The program made it up (studyctl simulate), so that an analysis can be tried before people come.\n\n"

// title is that of the newest version.
func (p places) title() string {
	if len(p.versions) == 0 {
		return "A study that was never published"
	}
	d := p.versions[len(p.versions)-1].Design
	title := d.Title.In(d.Written())
	if p.set.Simulated {
		title = "Simulated: " + title
	}
	return title
}

// counted returns the versions whose data count.
func (p places) counted() []study.Version {
	return slices.DeleteFunc(slices.Clone(p.versions), func(v study.Version) bool {
		return len(p.set.Versions) > 0 && !slices.Contains(p.set.Versions, v.Hash)
	})
}

// of names versions, as in "version 2" or "versions 1, 2".
func of(versions []study.Version) string {
	var numbers []string
	for _, v := range versions {
		numbers = append(numbers, fmt.Sprint(v.Number))
	}
	if len(numbers) == 1 {
		return "version " + numbers[0]
	}
	return "versions " + strings.Join(numbers, ", ")
}

func (p places) readme(f Filter, tables []table) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s\n%s\n\n", p.title(), strings.Repeat("=", len([]rune(p.title()))))
	if f.Simulated {
		s.WriteString(simulatedNote)
	}
	s.WriteString("The data of a user study of virtual machine access, as vmstudy recorded them. The newest row is of " + p.date() + ".\n\n")
	s.WriteString("Begin here\n----------\n\nIn R:\n\n    d <- subset(read.csv(\"" + DataFile("analysis") + "\"), counts)\n\n")
	s.WriteString("In Python:\n\n    import pandas\n    d = pandas.read_csv(\"" + DataFile("analysis") + "\").query(\"counts\")\n\n")
	others, pilots := "of other versions, of practice", "Pilots are in no file, since they were not asked for. "
	if f.Pilots {
		others, pilots = "of other versions, of pilots, of practice", ""
	}
	fmt.Fprintf(&s, "That is a row for each trial that counts. The data of %s count; those %s and of what was excluded\n", of(p.counted()), others)
	s.WriteString("are in the files, too, and the column why_not says why they do not count. " + pilots + codebookFile + " explains every column.\n\n")
	if f.Blind {
		s.WriteString(blindNote)
	}
	s.WriteString("Cells\n-----\n\nTRUE and FALSE are booleans. NA: there was something, and it is not known. An empty cell: there was nothing to record. Inf: unlimited. 0: none.\n")
	s.WriteString("Seeds are texts such as seed:42. An apostrophe stands before a text that a spreadsheet would take for a formula. Times are in UTC.\n\n")
	s.WriteString("Files\n-----\n\n")
	for _, t := range tables {
		fmt.Fprintf(&s, "%s\n    A row for each %s.\n", DataFile(t.name), t.about)
	}
	fmt.Fprintf(&s, "%s\n    A row for each column of these files, and for each question.\n", codebookFile)
	for _, v := range p.versions {
		if f.Blind {
			continue
		}
		fmt.Fprintf(&s, "materials/version-%d.yaml\n    The design of version %d, whose SHA-256 is %s.\n", v.Number, v.Number, v.Hash)
		fmt.Fprintf(&s, "materials/version-%d.json\n    The same as JSON. vmstudy reads both: studyctl study import FILE.\n", v.Number)
	}
	s.WriteString("analysis/analyse.R\n    Makes the tables of the results page of these files, draws them and fits models: Rscript analysis/analyse.R.\n")
	s.WriteString("analysis/analyse.qmd\n    The same steps as a document that shows what they find: quarto render analysis/analyse.qmd.\n")
	s.WriteString("dataset_description.json\n    What Psych-DS wants to know; this directory is a dataset of Psych-DS 1 (https://psych-ds.github.io).\n")
	s.WriteString("manifest.sha256\n    The SHA-256 of every other file, for sha256sum -c.\n\n")
	if f.Audit != "" {
		fmt.Fprintf(&s, "Audit\n-----\n\nWhen these data were exported, the laboratory's audit of who did what ended with entry %s.\n", f.Audit)
		fmt.Fprintf(&s, "With that, the laboratory can tell whether anything in it was altered since: studyctl audit verify --head %s\n\n", f.Audit)
	}
	s.WriteString("Licence\n-------\n\n" + p.licensed(f) + "\n")
	return s.String()
}

// licence is that which was asked for or, if none was, that of the newest version; empty if neither says anything.
func (p places) licence(f Filter) string {
	if n := len(p.versions); f.License == "" && n > 0 {
		return p.versions[n-1].Design.License
	}
	return f.License
}

func (p places) licensed(f Filter) string {
	if p.licence(f) == "" {
		return "Nobody has said under which licence these data may be used. Whoever publishes them should: on the page of the study's design, or by studyctl export --license CC-BY-4.0."
	}
	return "These data may be used under " + p.licence(f) + "."
}

// date is that of the newest row.
func (p places) date() string {
	if p.newest.IsZero() {
		return "no day: nothing has been recorded"
	}
	return p.newest.UTC().Format("2006-01-02")
}

func (p places) changes() string {
	var s strings.Builder
	s.WriteString("The versions of the study, the newest first. What participants met is in the files in materials.\n")
	for _, v := range slices.Backward(p.versions) {
		fmt.Fprintf(&s, "\nVersion %d, published %s\n    SHA-256 %s\n", v.Number, v.PublishedAt.UTC().Format("2006-01-02 15:04 MST"), v.Hash)
	}
	return s.String()
}

func (p places) citation(f Filter) string {
	year := "no date"
	if !p.newest.IsZero() {
		year = p.newest.UTC().Format("2006")
	}
	s := fmt.Sprintf("Please cite these data as:\n\n    NAMES OF THE EXPERIMENTERS (%s). %s. Data set.\n", year, p.title())
	for _, v := range p.counted() {
		s += fmt.Sprintf("    Design: version %d, SHA-256 %s.\n", v.Number, v.Hash)
	}
	return s + "\n" + p.licensed(f) + "\n"
}

// property is a PropertyValue of schema.org: what Psych-DS wants to know of a column.
type property struct {
	Type        string `json:"@type"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Unit        string `json:"unitText,omitempty"`
}

// psychDS writes dataset_description.json. Its terms are those of schema.org, and it names every column of every table once.
func (p places) psychDS(f Filter, tables []table) []byte {
	d := struct {
		Context  string     `json:"@context"`
		Type     string     `json:"@type"`
		Name     string     `json:"name"`
		About    string     `json:"description"`
		Schema   string     `json:"schemaVersion"`
		License  string     `json:"license,omitempty"`
		Created  string     `json:"dateModified,omitempty"`
		Version  string     `json:"version,omitempty"`
		Keywords []string   `json:"keywords"`
		Measured []property `json:"variableMeasured"`
	}{
		Context: "https://schema.org/", Type: "Dataset", Name: p.title(), Schema: "Psych-DS 1.0.0", License: p.licence(f),
		About:    "A user study of access to virtual machines over emulated networks: ratings, task times, response times of every input, and the network of every trial, set and measured. The data of " + of(p.counted()) + " count.",
		Keywords: []string{"user study", "virtual machines", "thin clients", "response time", "quality of experience"},
		Measured: properties(tables),
	}
	if !p.newest.IsZero() {
		d.Created = p.newest.UTC().Format("2006-01-02")
	}
	if n := len(p.versions); n > 0 {
		d.Version = fmt.Sprint(p.versions[n-1].Number)
	}
	out, _ := json.MarshalIndent(d, "", "  ") // texts and lists can be written
	return append(out, '\n')
}

// properties returns every column once, in the order of names. Where tables explain one differently, all explanations are there.
func properties(tables []table) (all []property) {
	places := located(tables)
	for _, t := range tables {
		for _, c := range t.columns {
			says := fmt.Sprintf("%s: %s", t.name, places.Replace(c.meaning))
			i := slices.IndexFunc(all, func(o property) bool { return o.Name == c.column })
			switch {
			case i < 0:
				all = append(all, property{"PropertyValue", c.column, says, c.unit})
			case !strings.Contains(all[i].Description, places.Replace(c.meaning)):
				all[i].Description += " " + says
			}
		}
	}
	slices.SortFunc(all, func(a, b property) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
