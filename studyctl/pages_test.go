package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vmstudy/postgres"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
)

// A crowd is a study in a database with many people, and the pages about it.
type crowd struct {
	*testing.T
	db    *postgres.DB
	study study.StudyID
	pages http.Handler
	now   time.Time
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	url, stop, err := openDatabase(t.Context(), Config{Data: openData(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	if _, err := migrateBeside(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	c := &crowd{T: t, db: db, now: time.Now()}
	c.must(db.SetPassword(t.Context(), "ada", "unused"))
	ada, _, err := db.Experimenter(t.Context(), "ada")
	c.must(err)
	token := sha256.Sum256([]byte("token"))
	c.must(db.OpenLogin(t.Context(), ada.ID, "unused", token[:], c.now.Add(time.Hour)))
	c.study, err = db.CreateStudy(t.Context(), ada.ID, studytest.Design(), c.now)
	c.must(err)
	_, err = db.Publish(t.Context(), c.study, ada.ID, c.now)
	c.must(err)
	c.pages = web.New(web.Config{
		Store: db, Conduct: session.New(session.Config{Store: db}), Results: findings{db}, Now: func() time.Time { return c.now }, Version: "test",
		Appliances: func(context.Context) ([]lab.Appliance, error) { return nil, nil },
	}).Handler()
	return c
}

func (c *crowd) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// come lets so many more people come: each has an appointment, consents, and got something.
func (c *crowd) come(n int) {
	c.Helper()
	ctx := c.Context()
	people, err := c.db.AddParticipants(ctx, c.study, false, lab.NewLinks(n), c.now)
	c.must(err)
	for _, p := range people {
		at := c.now.Add(time.Duration(1000+p.ID) * time.Hour)
		c.must(c.db.OfferSlots(ctx, []study.Slot{{Study: c.study, Station: "one", StartsAt: at, EndsAt: at.Add(30 * time.Minute)}}, 9))
		slots, err := c.db.Slots(ctx, c.study)
		c.must(err)
		_, err = c.db.BookSlot(ctx, study.Booking{Slot: slots[len(slots)-1].ID, Participant: p.ID, At: c.now})
		c.must(err)
		id, err := c.db.StartSession(ctx, p.ID, c.now)
		c.must(err)
		c.must(c.db.RecordConsent(ctx, id, false, c.now))
		c.must(c.db.RecordCompensations(ctx, c.study, []study.Compensation{{Participant: p.ID, Amount: "10 EUR", At: c.now}}))
	}
}

// crowdPages are pages that list people.
var crowdPages = []string{
	"/lab", "/lab/studies/%[1]d", "/lab/studies/%[1]d/participants", "/lab/studies/%[1]d/appointments", "/lab/studies/%[1]d/compensation", "/lab/day", "/lab/audit",
	"/lab/studies/%[1]d/results",
}

// path is the address of a page of crowdPages.
func (c *crowd) path(page string) string {
	if !strings.Contains(page, "%") {
		return page
	}
	return fmt.Sprintf(page, c.study)
}

// open opens a page, and returns how many queries it made and how long it took.
func (c *crowd) open(page string) (queries int64, took time.Duration) {
	c.Helper()
	ctx, n := postgres.Counting(context.WithoutCancel(c.Context()))
	r := httptest.NewRequestWithContext(ctx, "GET", c.path(page), nil)
	r.AddCookie(&http.Cookie{Name: "login", Value: "token"})
	w := httptest.NewRecorder()
	began := time.Now()
	c.pages.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		c.Fatalf("%s: status %d", page, w.Code)
	}
	return n.Load(), time.Since(began)
}

func TestNoPageAsksTheDatabaseOnceForEachPerson(t *testing.T) {
	studytest.Need(t, "postgres")
	c := newCrowd(t)
	c.come(3)
	few := map[string]int64{}
	for _, page := range crowdPages {
		c.open(page) // what is asked once only, such as summaries of inputs, is asked now
		few[page], _ = c.open(page)
	}
	c.come(9)
	for _, page := range crowdPages {
		c.open(page)
		if many, _ := c.open(page); many > few[page] || many == 0 {
			t.Errorf("%s makes %d queries for 3 people and %d for 12", page, few[page], many)
		}
	}
}

// TestPagesAreQuickWithManyPeople measures nothing unless somebody says of how many people: STUDYCTL_TEST_CROWD=200.
func TestPagesAreQuickWithManyPeople(t *testing.T) {
	studytest.Need(t, "postgres")
	people := studytest.Times(t, "STUDYCTL_TEST_CROWD", 5)
	const bar = 300 * time.Millisecond
	c := newCrowd(t)
	c.come(people)
	for _, page := range crowdPages {
		c.open(page)
		best := time.Hour
		for range 5 { // the best of them: other programs may be at work, too
			_, took := c.open(page)
			best = min(best, took)
		}
		t.Logf("soak: %s with %d people: %v", page, people, best.Round(time.Millisecond))
		if best > bar && people >= 100 { // of few people this shows only that the pages open
			t.Errorf("%s takes %v with %d people, at most %v is promised", page, best, people, bar)
		}
	}
}
