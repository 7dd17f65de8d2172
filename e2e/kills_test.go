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

// witnessError is by how much a row's moment may differ from what the witness in the page says. It is less than half of
// the time between two keys. The two clocks are those of one computer, but the server has estimated the page's.
const witnessError = hold / 2

// A participant types while the server is killed at random moments and restarted, many times. Every
// key that was pressed before a kill must be in the data exactly once, even if the server had not
// acknowledged it: the browser keeps such keys and sends them later. A listener in the page is the witness: it notes
// the moment of each key, and each of these moments must be that of one row.
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
	typed := map[string][]time.Time{} // when keys were pressed, by attempt
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
	for attempt, pressed := range typed {
		compared += len(pressed)
		rows := keys.where("attempt", attempt)
		for i, at := range pressed {
			if n := within(rows, at); n != 1 {
				lost += max(0, 1-n)
				t.Errorf("attempt %s has %d rows of the key %d of %d, which was pressed at %s", attempt, n, i+1, len(pressed), at)
			}
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

// within counts the rows whose input was at that moment.
func within(rows table, at time.Time) int {
	n := 0
	for _, row := range rows {
		input, err := time.Parse(time.RFC3339Nano, row["input_at"])
		if err == nil && input.Sub(at).Abs() <= witnessError {
			n++
		}
	}
	return n
}

// typeUntilKilled types quickly until it kills the server after the given time. It returns when those keys were pressed, as
// the page's own witness says, that were also released before that.
func (p *participant) typeUntilKilled(after time.Duration) []time.Time {
	p.t.Helper()
	read[bool](p.browser, `window.pressed = [], addEventListener("keydown", (e) => { pressed.push(performance.timeOrigin + e.timeStamp); }, true), true`)
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
	seen := read[[]float64](p.browser, `pressed`)
	if len(seen) < n {
		p.t.Fatalf("%d keys were pressed, and the page saw %d", n, len(seen))
	}
	pressed := make([]time.Time, n)
	for i := range pressed {
		pressed[i] = time.UnixMicro(int64(seen[i] * 1e3))
	}
	return pressed
}
