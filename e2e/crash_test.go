package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// A server is killed in the middle of a trial and started again. It must know where the participant
// stands, offer the trial again, and have every interaction that it had acknowledged.
func TestNothingAcknowledgedIsLostWhenTheServerIsKilled(t *testing.T) {
	t.Parallel() // it waits most of the time, and times nothing
	s := newServer(t)
	lab := newExperimenter(t, s)
	lab.layOut("local")
	p := newParticipant(t, s, lab.invite())

	p.takePart(func(step string) bool { return step == "desktop" }) // practice
	p.await(desktopThere)
	p.typeText("Hello")
	typed := len("Hello") + 2 // the text, the Shift key of its capital, and the click
	p.awaitStored(lab, typed)
	s.kill()

	s.start()
	lab.goTo(s.url(lab.study + "/participants"))
	lab.goTo(s.url(read[string](lab.browser, `document.querySelector("a[href^='/lab/sessions/']").getAttribute("href")`)))
	lab.await(`document.body.innerText.includes("interrupted")`)
	lab.picture("interrupted")

	p.enter()
	if step := p.step(); step != "start" {
		t.Fatalf("after the restart the participant is asked to %q, want the trial offered again", step)
	}
	p.takePart(func(string) bool { return false })

	data := unzip(t, lab.fetch(lab.study+"/download"))
	var states []string
	for _, row := range data["trials.csv"].where("position", "0") {
		states = append(states, row["attempt"]+" "+row["state"])
	}
	if got := strings.Join(states, ", "); got != "1 interrupted, 2 finished" {
		t.Errorf("attempts at the practice trial: %s; want the first interrupted and the second finished", got)
	}
	seen := map[string]bool{}
	first := timed(data["interactions.csv"].where("position", "0").where("attempt", "1"))
	for _, row := range first {
		seen[row["page"]+"/"+row["number"]] = true
	}
	if len(first) != typed || len(seen) != typed {
		t.Errorf("%d interactions with %d numbers in the interrupted attempt, want %d once each", len(first), len(seen), typed)
	}
}

// awaitStored waits until n interactions are in the exported data: they are acknowledged then, and
// on disk.
func (p *participant) awaitStored(lab *experimenter, n int) {
	p.t.Helper()
	for {
		if got := len(timed(unzip(p.t, lab.fetch(lab.study+"/download"))["interactions.csv"])); got >= n {
			return
		}
		if !p.tick() {
			p.t.Fatal(fmt.Errorf("fewer than %d interactions were ever stored", n))
		}
	}
}

// timed returns the interactions that are no moves of the pointer.
func timed(interactions table) (rows table) {
	for _, row := range interactions {
		if row["kind"] != "move" {
			rows = append(rows, row)
		}
	}
	return rows
}
