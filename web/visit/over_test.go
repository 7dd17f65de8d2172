package visit_test

import (
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

func TestWhoIsRuledOutReadsSoAndCannotGoOn(t *testing.T) {
	const over = "Your part in this study is over, and there is nothing more for you to do."
	for name, state := range map[string]study.PlaceState{"dropped": study.PlaceDropped, "excluded": study.PlaceExcluded} {
		t.Run(name, func(t *testing.T) {
			p := webtest.NewPerson(t, studytest.OneTrial())
			p.Begin()
			consent := p.Fill(p.Get(p.Visit()).Page)
			rule := func(state study.PlaceState) {
				p.Must(p.Store.Rule(t.Context(), p.Session().ID, study.Ruling{State: state, Ground: study.GroundAbsent, Why: "snored", At: p.Now}))
			}
			rule(state)
			p.Wants(p.Get(p.Visit()), 200, over)
			p.Wants(p.Get(page.LinkPath(p.Who.Link)), 200, over)
			p.Wants(p.Submit(consent), 409, over)
			p.Wants(p.Post(page.LinkPath(p.Who.Link)+"/begin", nil), 409, over)
			if !p.Session().ConsentedAt.IsZero() {
				t.Errorf("somebody who is %s consented", name)
			}
			rule(study.PlaceActive)
			p.WantsRedirect(p.Submit(consent), p.Visit())
			p.Wants(p.Get(p.Visit()), 200, "Start")
		})
	}
}
