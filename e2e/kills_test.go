package e2e

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"vmstudy/studytest"
)

// A participant types while the server is killed at random moments and restarted, many times. Every
// key that was pressed before a kill must be in the data exactly once, even if the server had not
// acknowledged it: the browser keeps such keys and sends them later.
func TestNoKeyIsLostHoweverOftenTheServerIsKilled(t *testing.T) {
	kills := studytest.Times(t, "STUDYCTL_TEST_KILLS", 2)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))

	s := newServer(t)
	lab := newExperimenter(t, s)
	lab.layOut("local")
	p := &participant{browser: newBrowser(t), server: s, link: lab.invite(), mark: 1}
	p.enter()
	typed := map[string]int{} // number of typed keys, by attempt
	for attempt := 1; attempt <= kills; attempt++ {
		p.takePart(func(step string) bool { return step == "desktop" })
		p.await(desktopThere)
		typed[strconv.Itoa(attempt)] = p.typeUntilKilled(time.Duration(chance.IntN(4000)) * time.Millisecond)
		s.start()
		p.enter()
		if step := p.step(); step != "start" {
			t.Fatalf("after kill %d the participant is asked to %q, want the trial offered again", attempt, step)
		}
	}
	p.takePart(func(string) bool { return false })

	lab.goTo(s.url(lab.study))
	data := unzip(t, lab.fetch(lab.study+"/download"))
	compared, lost := 0, 0
	keys := data["interactions.csv"].where("position", "0").where("kind", "key")
	for attempt, n := range typed {
		compared += n
		if got := len(keys.where("attempt", attempt)); got < n {
			lost += n - got
			t.Errorf("attempt %s has %d keys, and at least %d were pressed", attempt, got, n)
		}
	}
	for _, page := range data["pages.csv"] {
		if page["rows_lost"] != "0" {
			t.Errorf("page %s lost %s rows", page["page"], page["rows_lost"])
		}
	}
	seen := map[string]bool{}
	for _, row := range data["interactions.csv"] {
		at := row["participant"] + " " + row["page"] + " " + row["number"]
		if seen[at] {
			t.Errorf("interaction %s stands twice", at)
		}
		seen[at] = true
	}
	t.Logf("soak: %s", fmt.Sprintf("%d kills while typing, %d keys compared, %d lost, %d rows in all", kills, compared, lost, len(seen)))
}

// typeUntilKilled types quickly until it kills the server after the given time. It returns how many
// keys were pressed and released before that.
func (p *participant) typeUntilKilled(after time.Duration) int {
	p.t.Helper()
	var killing atomic.Bool
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		<-time.After(after)
		killing.Store(true)
		_ = p.server.cmd.Process.Kill() // if this fails, start fails, too
		_ = p.server.cmd.Wait()
	}()
	n := 0
	for !killing.Load() {
		p.press('x')
		if !killing.Load() {
			n++
		}
	}
	<-killed
	return n
}
