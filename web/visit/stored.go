package visit

import (
	"net/http"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/view"
)

// ShowStored tells anybody what is stored about participants, in the language that the address or the browser asks for.
func (s *Server) ShowStored(w http.ResponseWriter, r *http.Request) error {
	if asked := study.Language(r.URL.Query().Get("language")); asked != "" {
		catalogue.Speak(r.Context(), catalogue.Preferred(string(asked), append(catalogue.Languages(), catalogue.Pseudo)))
	}
	t := catalogue.From(r.Context())
	var v view.StoredList
	for _, kind := range study.AllStored() {
		if kind.Kept {
			v.Stays = append(v.Stays, t.Say(kind.What))
		} else {
			v.Goes = append(v.Goes, t.Say(kind.What))
		}
	}
	p := s.VisitPage(t.Say("What is stored about you"))
	p.Visits = "" // whoever reads this need not take part
	for _, l := range catalogue.Languages() {
		p.Languages = append(p.Languages, view.Language{
			Tag: string(l), Name: catalogue.NameOf(l), Direction: catalogue.Direction(l), To: "/stored?language=" + string(l), Chosen: l == t.Language(),
		})
	}
	return s.Render(w, r, http.StatusOK, view.StoredPage(p, v))
}
