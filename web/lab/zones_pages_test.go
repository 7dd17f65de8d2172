package lab_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/record"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/page"
)

// A past is a lab in which everything happened at one moment. Its pages are by path.
type past struct {
	*webtest.Lab
	study   string // path of a page
	session string
	attempt string
	person  string
	report  string // of the calibration
	id      study.SessionID

	expiring string // of a person whose link expires a year later
}

// newPast lets everything happen at one moment that a page shows.
func newPast(t *testing.T, at time.Time) past {
	t.Helper()
	l := webtest.NewLab(t)
	l.Now = at
	library, err := record.NewLibrary(record.Config{Dir: t.TempDir(), Store: l.Store})
	l.Must(err)
	l.Serve(func(c *web.Config) { c.Recordings = library })
	st, id := l.Visit()
	trial := tried(l, id)
	x, err := l.Store.Session(t.Context(), id)
	l.Must(err)
	a, ctx := lastOf(x, trial.ID), t.Context()
	p := past{
		Lab: l, id: id, study: webtest.StudyPage(st), session: fmt.Sprintf("/lab/sessions/%d", id), attempt: webtest.AttemptPage(id, a),
		person: fmt.Sprintf("%s/participants/%d", webtest.StudyPage(st), x.Participant.ID), report: webtest.CalibrationPage(l.Calibrated(st, func(c *study.Calibration) { c.EndedAt = at })),
	}
	people, err := l.Store.AddParticipants(ctx, st, false, []string{"another"}, at)
	l.Must(err)
	p.expiring = fmt.Sprintf("%s/participants/%d", webtest.StudyPage(st), people[0].ID)
	l.Must(l.Store.ExpireLinks(ctx, st, []study.ParticipantID{people[0].ID}, at.AddDate(1, 0, 0)))
	l.Must(l.Store.IssueOpenLink(ctx, "open", study.OpenLink{Study: st, Most: 5, IssuedAt: at, ExpiresAt: at.AddDate(1, 0, 0)}))
	l.Must(l.Store.BeginRecording(ctx, a, at))
	for kind, happened := range map[study.EventKind]time.Time{study.NoteSent: at, study.Extended: at.Add(48 * time.Hour)} {
		l.Must(l.Store.RecordEvent(ctx, study.Event{Session: id, Attempt: a, Kind: kind, At: happened, By: l.Ada.ID, Detail: "a word"}))
	}
	l.Must(l.Store.RuleOnTrial(ctx, id, trial.ID, study.TrialRuling{Excluded: true, Ground: study.GroundTechnical, By: l.Ada.ID, At: at}))
	_, err = l.Store.Record(ctx, audit.Entry{At: at, Who: "ada", Action: "long ago"})
	l.Must(err)
	d := studytest.Design()
	d.Title = study.Plain("Another title")
	l.Must(studytest.Redraft(ctx, l.Store, st, d))
	_, err = l.Store.Publish(ctx, st, l.Ada.ID, at)
	l.Must(err)
	return p
}

func lastOf(x study.Session, trial study.TrialID) study.AttemptID {
	for _, t := range x.Trials {
		if t.ID == trial {
			return t.Last().ID
		}
	}
	return 0
}

// TestEveryPageShowsWhenThingsHappenedInTheLaboratorysZone lets everything happen at one moment and looks at the pages half a
// year later, when the zone has another name or offset.
func TestEveryPageShowsWhenThingsHappenedInTheLaboratorysZone(t *testing.T) {
	for name, tt := range map[string]struct {
		zone, at     string
		date, clock  string
		zoned        string // name of the zone at that time
		later, after string // 48 hours later, with the zone's name then
	}{
		"summer in Berlin":           {"Europe/Berlin", "2026-06-30T22:30:00Z", "1 Jul 2026", "00:30:00", "CEST", "3 Jul 2026 00:30:00", "CEST"},
		"Berlin before its change":   {"Europe/Berlin", "2026-10-23T22:30:00Z", "24 Oct 2026", "00:30:00", "CEST", "25 Oct 2026 23:30:00", "CET"},
		"winter in New York":         {"America/New_York", "2026-12-01T04:30:00Z", "30 Nov 2026", "23:30:00", "EST", "2 Dec 2026 23:30:00", "EST"},
		"Kolkata":                    {"Asia/Kolkata", "2026-11-30T20:00:00Z", "1 Dec 2026", "01:30:00", "IST", "3 Dec 2026 01:30:00", "IST"},
		"summer on Lord Howe":        {"Australia/Lord_Howe", "2026-11-30T14:00:00Z", "1 Dec 2026", "01:00:00", "UTC+11", "3 Dec 2026 01:00:00", "UTC+11"},
		"Santiago, after its change": {"America/Santiago", "2026-09-06T04:00:00Z", "6 Sep 2026", "01:00:00", "UTC−3", "8 Sep 2026 01:00:00", "UTC−3"},
		"Cairo, after its change":    {"Africa/Cairo", "2026-04-23T22:00:00Z", "24 Apr 2026", "01:00:00", "EEST", "26 Apr 2026 01:00:00", "EEST"},
		"Beirut, before its change":  {"Asia/Beirut", "2026-03-28T21:30:00Z", "28 Mar 2026", "23:30:00", "EET", "31 Mar 2026 00:30:00", "EEST"},
		"Apia, a day ahead":          {"Pacific/Apia", "2026-11-30T20:00:00Z", "1 Dec 2026", "09:00:00", "UTC+13", "3 Dec 2026 09:00:00", "UTC+13"},
	} {
		t.Run(name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			p := newPast(t, at)
			p.Now = at.AddDate(0, 6, 0).In(webtest.Zone(t, tt.zone))
			signInNow(p.Lab)
			whole := tt.date + " " + tt.clock + " " + tt.zoned
			end := at.AddDate(1, 0, 0).Add(-time.Second).In(p.Now.Location())
			lastDay := end.Format("2 Jan 2006 ") + page.ZoneName(end)
			for path, says := range map[string][]string{
				"/lab":                   {tt.date + " " + tt.zoned},
				"/lab/account":           {p.Now.Format("2 Jan 2006 15:04:05 ") + page.ZoneName(p.Now)},
				p.study + "/recruitment": {"A link was made on " + whole, "Its last day: " + lastDay},
				"/lab/audit":             {whole + " ada long ago"},
				p.study:                  {"Version 2 was published on " + whole, "1 " + whole, " on " + whole},
				p.study + "/calibration": {whole},
				p.person:                 {"Added " + whole, "made " + whole},
				p.expiring:               {"until " + lastDay},
				p.report:                 {whole + " by ada"},
				p.session:                {"begun " + whole, "Excluded by ada on " + whole, tt.clock + " note sent", tt.later + " " + tt.after + " time extended"},
				p.session + "/watch":     {tt.clock + " note sent", tt.later + " " + tt.after + " time extended"},
				p.attempt + "/recording": {"Began " + whole},
			} {
				a := p.Get(path)
				for _, say := range says {
					if text := webtest.Text(a.Page); a.StatusCode != http.StatusOK || !strings.Contains(text, say) {
						t.Errorf("%s, status %d, does not say %q:\n%s", path, a.StatusCode, say, text)
					}
				}
			}
			if made := webtest.All(p.Get(p.study+"/participants").Page, "span", "title=made "+whole); len(made) != 3 {
				t.Errorf("the list of participants says of %d links when they were made, want 3", len(made))
			}
			if file := p.Get("/lab/audit.csv").Body; !strings.Contains(file, strings.TrimSuffix(tt.at, "Z")+".000000Z,ada,long ago,") {
				t.Errorf("the audit as CSV does not say %s:\n%s", tt.at, file)
			}
			if doc := p.Get(p.report + "/report.json").Body; !strings.Contains(doc, `"began": "`+tt.at+`"`) {
				t.Errorf("the calibration as JSON does not say %s:\n%s", tt.at, doc)
			}
			p.Now = at.Add(time.Minute).In(p.Now.Location()) // later, nobody is there any more
			p.Wants(p.Get("/lab/live"), 200, whole)
		})
	}
}

// An hour that comes twice is told apart among the events of a day, too.
func TestEventsOfAnHourThatComesTwiceAreToldApart(t *testing.T) {
	began := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) // 02:30 CEST
	p := newPast(t, began)
	p.Must(p.Store.RecordEvent(t.Context(), study.Event{Session: p.id, Kind: study.PageHidden, At: began.Add(time.Hour)}))
	p.Now = began.Add(3 * time.Hour).In(webtest.Zone(t, "Europe/Berlin"))
	signInNow(p.Lab)
	for _, say := range []string{" 02:30:00 note sent", "25 Oct 2026 02:30:00 CET tab hidden"} {
		p.Wants(p.Get(p.session), 200, say)
	}
}
