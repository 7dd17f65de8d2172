package lab

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// longestOrder is how many conditions a sequence may have for its order to be shown.
const longestOrder = 24

// placesView returns how the places of a version's plan are filled.
func (s *Server) placesView(r *http.Request, v study.Version) (view.Places, error) {
	roster, err := s.Store.Roster(r.Context(), v.ID)
	if err != nil {
		return view.Places{}, err
	}
	p := view.Places{Action: studyPath(v.Study) + "/places", Version: v.Number, Grouped: len(roster.Groups) > 1}
	for _, g := range roster.Groups {
		p.Groups = append(p.Groups, view.PlaceRow{Group: g.Name, Closed: roster.ClosedWhole(g.Name)})
	}
	number := numbersOf(v.Design)
	n, many := v.Design.TrialsAtMost(), v.Design.Sequences() >= manySequences
	for _, t := range roster.Tallies(s.Now()) {
		p.Filled += t.Filled()
		if many && t.Filled() == 0 && t.GivenBack == 0 && !t.Closed {
			p.Untouched++ // there are thousands
			continue
		}
		row := view.PlaceRow{
			Group: t.Group, Sequence: strconv.Itoa(t.Number()), Finished: t.Finished, Active: t.Active, GivenBack: t.GivenBack,
			Closed: t.Closed, WithGroup: roster.ClosedWhole(t.Group),
		}
		if n <= longestOrder && !v.Design.Searches() {
			var order []string
			for _, c := range v.Design.Plan(t.Sequence) {
				order = append(order, strconv.Itoa(number[c.Code()]))
			}
			row.Order = strings.Join(order, " ")
		}
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

// ClosePlace closes a place of the newest version's plan, or opens it again.
func (s *Server) ClosePlace(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	if st.Published == nil || in.Get("version") != strconv.Itoa(st.Published.Number) {
		return s.renderStudy(w, r, http.StatusConflict, st, said{places: "A new version has been published since you opened this page. Its places are shown below."})
	}
	place, err := placeIn(in.Get("group"), in.Get("sequence"))
	if err != nil {
		return err
	}
	err = s.Store.SetClosed(r.Context(), st.Published.ID, study.Closing{
		Place: place, Closed: in.Get("closed") == "yes", By: page.Who(r.Context()).ID, At: s.Now(),
	})
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"#places")
}

// placeIn reads a place from a form. Without a sequence it is a whole group.
func placeIn(group, sequence string) (study.Place, error) {
	if sequence == "" {
		return study.Place{Group: group, Sequence: study.WholeGroup}, nil
	}
	n, err := strconv.Atoi(sequence)
	if err != nil || n < 1 {
		return study.Place{}, fmt.Errorf("sequence %q: %w", sequence, study.ErrNotFound)
	}
	return study.Place{Group: group, Sequence: n - 1}, nil
}
