package lab

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"vmstudy/analysis/report"
	"vmstudy/study"
	"vmstudy/web/view"
)

// sectionViews converts the sections of a report for their page. query is that of the page: files are of the same data.
func sectionViews(id study.StudyID, query string, sections []report.Section) map[string]view.Section {
	file := func(name string) string {
		address := fmt.Sprintf("/lab/studies/%d/results/files/%s", id, name)
		if query != "" {
			address += "?" + query
		}
		return address
	}
	all := map[string]view.Section{}
	for _, s := range sections {
		v := view.Section{ID: s.ID, Title: s.Title, Lead: s.Lead, Notes: s.Notes}
		for _, f := range s.Figures {
			twin := tableView(f.Twin)
			twin.CSVFile = file(f.ID + ".csv")
			v.Figures = append(v.Figures, view.Figure{
				Drawing: drawn(f.Title, f.Draw), ID: f.ID, Caption: f.Caption, Wide: f.Wide, Twin: twin, SVGFile: file(f.ID + ".svg"),
			})
		}
		for _, t := range s.Tables {
			table := tableView(t)
			table.CSVFile = file(t.ID + ".csv")
			v.Tables = append(v.Tables, table)
		}
		all[s.ID] = v
	}
	return all
}

func tableView(t report.Table) view.Table {
	v := view.Table{ID: t.ID, Title: t.Title, Open: t.Open}
	for _, c := range t.Columns {
		v.Columns = append(v.Columns, view.Column{Name: c.Name, Number: c.Number})
	}
	for _, row := range t.Rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, c.Say)
		}
		v.Rows = append(v.Rows, cells)
	}
	return v
}

// ResultsFile sends a figure of the results as SVG, or the numbers of a figure or a table as CSV.
func (s *Server) ResultsFile(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	name := chi.URLParam(r, "file")
	missing := fmt.Errorf("file %q of the results of study %d: %w", name, st.ID, study.ErrNotFound)
	if st.Published == nil {
		return missing
	}
	c, found, err := s.found(r, st)
	if err != nil {
		return err
	}
	figure, kind, _ := strings.Cut(name, ".")
	sections, err := s.fittedFile(r.Context(), found, figure)
	if err != nil {
		return err
	}
	if sections == nil {
		sections = report.Sections(found.Data)
	}
	var content bytes.Buffer
	wrote, err := writeReported(&content, sections, figure, kind)
	switch {
	case err != nil:
		return err
	case !wrote:
		return missing
	}
	types := map[string]string{"svg": "image/svg+xml", "csv": "text/csv; charset=utf-8"}
	w.Header().Set("Content-Type", types[kind])
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="study-%d%s-%s"`, st.ID, simulatedName(c.Filter), name))
	_, err = w.Write(content.Bytes())
	return err
}

// writeReported writes the figure or the table that is called so, and reports whether there is one.
func writeReported(w *bytes.Buffer, sections []report.Section, id, kind string) (bool, error) {
	for _, s := range sections {
		for _, f := range s.Figures {
			switch {
			case f.ID == id && kind == "svg":
				return true, f.Draw(w)
			case f.ID == id && kind == "csv":
				return true, f.Twin.WriteCSV(w)
			}
		}
		for _, t := range s.Tables {
			if t.ID == id && kind == "csv" {
				return true, t.WriteCSV(w)
			}
		}
	}
	return false, nil
}
