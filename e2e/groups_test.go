package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
	"vmstudy/vmhost/build"
)

func TestMain(m *testing.M) {
	vmhost.ExecMain()
	os.Exit(m.Run())
}

// twoTasks are the tasks of the guest that this test lays a study out for: it knows one key.
const twoTasks = `
  - id: again
    title: Press Enter again
    instruction: Press the key Enter.
    goal: enter
`

// smallest makes an appliance of the smallest guest, with two tasks, and returns the directory that it is in.
func smallest(t *testing.T) (appliances string) {
	t.Helper()
	recipe := fstest.MapFS{}
	for _, name := range []string{"recipe.yaml", "bootsector.bin"} {
		content, err := bootsector.Recipe.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		recipe[name] = &fstest.MapFile{Data: content}
	}
	text := recipe["recipe.yaml"]
	text.Data = append(bytes.TrimSpace(text.Data), twoTasks...)
	dir, err := os.MkdirTemp("", "vmstudy-e2e-guest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // what is left is small, and in the directory for temporary files
	h, err := vmhost.NewHost(t.Context(), vmhost.Config{RunDir: filepath.Join(dir, "run")})
	if err != nil {
		t.Fatal(err)
	}
	appliances = filepath.Join(dir, "appliances")
	if _, err := build.Appliance(t.Context(), h, recipe, filepath.Join(appliances, "bootsector"), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return appliances
}

// The questions of the study, in both of its languages.
const (
	aboutInTwoLanguages = `id: "about"
version: 9
title: {en: About you, de: Über Sie}
items:
  - id: "often"
    text: {en: "How often do you use computers from afar?", de: "Wie oft benutzen Sie entfernte Computer?"}
    kind: choice
    options:
      - {value: "never", label: {en: Never, de: Nie}}
      - {value: "daily", label: {en: Daily, de: Täglich}}
`
	easeInTwoLanguages = `id: "ease"
version: 1
title: {en: "How easy was it?", de: "Wie leicht war es?"}
items:
  - id: "ease"
    text: {en: It was easy., de: Es war leicht.}
    kind: scale
    from: 1
    to: 5
    low: {en: not at all, de: gar nicht}
    high: {en: very, de: sehr}
measures:
  - {id: "ease", meaning: "how easy it was, 1 to 5, 5 is easiest", unit: "points", mean: ["ease"]}
`
)

// A study as people do them: two access methods, three networks, two tasks of which one has two forms, a factor of its own, a group of experienced
// people and one of novices, two languages, and questions of its own. It is laid out in a browser; one of each group takes part, in another language
// each; and in the data every factor, group, form and language has its column, and every count is right.
func TestAStudyOfTwoGroupsInTwoLanguages(t *testing.T) {
	t.Parallel() // it waits most of the time, and times nothing
	studytest.Need(t, "postgres", "qemu", "fuse", "chromium")
	s := newServerOn(t, smallest(t))
	lab := newExperimenter(t, s)
	lab.layOutGroups()
	links := []string{lab.invite(), lab.invite()}

	novice := newParticipant(t, s, links[0]+"?lang=de")
	novice.mark = 0
	novice.takePartPressing(all, "Wie leicht war es?", "Ihre Beanspruchung")
	expert := newParticipant(t, s, links[1]+"?lang=en")
	expert.mark = 1
	expert.takePartPressing(all, "How easy was it?", "Your workload")

	data := unzip(t, lab.fetch(lab.study+"/download"))
	sessions := data["sessions.csv"]
	for _, want := range []map[string]string{
		{"participant": "P001", "group": "novices", "language": "de"}, {"participant": "P002", "group": "experts", "language": "en"},
	} {
		rows := sessions.where("participant", want["participant"])
		if len(rows) != 1 {
			t.Fatalf("%d sessions of %s: %v", len(rows), want["participant"], sessions)
		}
		for column, value := range want {
			if rows[0][column] != value {
				t.Errorf("session of %s: %s is %q, want %q", want["participant"], column, rows[0][column], value)
			}
		}
	}
	checkGroupsTrials(t, data["trials.csv"])
	for participant, trials := range map[string]int{"P001": 9, "P002": 13} { // in each they pressed one key
		if keys := data["interactions.csv"].where("participant", participant).where("kind", "key"); len(keys) != trials {
			t.Errorf("%s: %d keys are on record, want %d", participant, len(keys), trials)
		}
	}
	for _, tt := range []struct{ participant, instrument, value string }{
		{"P001", "about", "never"}, {"P001", "ease", "1"}, {"P001", "tlx", "0"}, {"P002", "about", "daily"}, {"P002", "ease", "2"}, {"P002", "tlx", "5"},
	} {
		rows := data["responses.csv"].where("participant", tt.participant).where("instrument", tt.instrument)
		want := map[string]int{"P001about": 1, "P001ease": 9, "P001tlx": 9 * 6, "P002about": 1, "P002ease": 13, "P002tlx": 13 * 6}[tt.participant+tt.instrument]
		if len(rows) != want || len(rows.where("value", tt.value)) != want {
			t.Errorf("%d answers of %s to %s, of which %d are %q; want %d", len(rows), tt.participant, tt.instrument, len(rows.where("value", tt.value)), tt.value, want)
		}
	}
}

// The design that vmstudy was first made for, as its template has it: VNC against streaming over bandwidth by latency, with its four questions. An
// experimenter chooses a task and adds a language, and somebody who reads German takes part. The data have the twelve conditions, each once, and the
// four scores of every trial that was done. "make soak" does all of them.
func TestTheFirstTemplateFromDesignToData(t *testing.T) {
	t.Parallel() // it waits most of the time, and times nothing
	studytest.Need(t, "postgres", "qemu", "fuse", "chromium")
	most := studytest.Times(t, "STUDYCTL_TEST_TRIALS", 2)
	s := newServerOn(t, smallest(t))
	lab := newExperimenter(t, s)
	lab.layOutTemplate()
	p := newParticipant(t, s, lab.invite()+"?lang=de")
	p.takePartPressing(most, "Ihre Zufriedenheit", "Was Sie geschafft haben")

	data := unzip(t, lab.fetch(lab.study+"/download"))
	trials := data["analysis.csv"]
	for _, method := range []string{"vnc", "stream"} {
		for _, rate := range []string{"7.2", "14.4", "50"} {
			for _, rtt := range []string{"60", "120"} {
				if rows := trials.where("access_method", method).where("set_down_mbps", rate).where("set_rtt_ms", rtt); len(rows) != 1 {
					t.Errorf("%s over %s Mbps and %s ms has %d trials, want one", method, rate, rtt, len(rows))
				}
			}
		}
	}
	done := min(most, 12)
	if n := len(trials.where("counts", "TRUE").where("is_completed", "TRUE")); len(trials) != 12 || n != done {
		t.Errorf("%d trials, of which %d were completed and count; want 12 and %d", len(trials), n, done)
	}
	for score, want := range map[string]string{"satisfaction": "2", "annoyance": "2", "accomplishment": "2", "mental_demand": "5"} {
		if got := len(trials.where(score, want)); got != done {
			t.Errorf("%d trials have the %s %s, want those that are done", got, score, want)
		}
	}
	if rows := data["sessions.csv"].where("language", "de"); len(rows) != 1 {
		t.Errorf("%d sessions in German, want one", len(rows))
	}
}

// layOutTemplate makes the study of the first template, in two languages, and publishes it.
func (e *experimenter) layOutTemplate() {
	e.t.Helper()
	e.goTo(e.server.url("/lab/studies/new?from=vnc-stream"))
	e.fill("#spoken", "en, de")
	e.fill("#appliance", "bootsector")
	read[bool](e.browser, `document.querySelector("#appliance").dispatchEvent(new Event("change", {bubbles: true})), true`)
	e.choose(`[name=task][value="bootsector/press"]`, true)
	e.act(`document.querySelector("form#design button[value=save]:not(.unseen)").click()`)
	e.study = strings.Join(strings.SplitN(read[string](e.browser, `location.pathname`), "/", 5)[:4], "/")
	for name, text := range map[string]string{
		"title.de": "VNC und Streaming", "consent.de": "Sie werden kurze Aufgaben bearbeiten.", "thanks.de": "Danke.",
		"wording-bootsector/press-title-de": "Enter drücken", "wording-bootsector/press-instruction-de": "Drücken Sie die Taste Enter einmal.",
	} {
		e.fill(fmt.Sprintf(`[name="%s"]`, name), text)
	}
	e.publish("template")
}

// publish publishes the design whose form is open.
func (e *experimenter) publish(name string) {
	e.t.Helper()
	e.picture(name)
	e.act(`document.querySelector("form#design button[value=publish]").click()`)
	e.picture("publish-" + name)
	e.act(`document.querySelector("main form.actions").requestSubmit()`)
	if said := read[string](e.browser, `document.body.innerText`); !strings.Contains(said, "Version 1 was published") {
		e.t.Fatalf("the study is not published: %s", said)
	}
}

// layOutGroups makes the study and publishes it.
func (e *experimenter) layOutGroups() {
	e.t.Helper()
	e.goTo(e.server.url("/lab/studies/new?from=one-trial"))
	e.fill("#title", "Near and far")
	e.fill("#consent", "You will **press** a key.")
	e.fill("#thanks", "Thank you.")
	e.fill("#spoken", "en, de")
	e.fill("#appliance", "bootsector")
	read[bool](e.browser, `document.querySelector("#appliance").dispatchEvent(new Event("change", {bubbles: true})), true`)
	for _, name := range []string{"press", "again"} {
		e.choose(fmt.Sprintf(`[name=task][value="bootsector/%s"]`, name), true)
	}
	e.choose(`[name="methods[]"][value=vnc]`, true)
	const networks = `document.querySelectorAll(".networks > tbody").length`
	for i, rtt := range []string{"20", "60", "100"} {
		if i > 0 {
			read[bool](e.browser, `document.querySelector("[value='add networks']").click(), true`)
			e.await(fmt.Sprintf("%s === %d", networks, i+1))
		}
		for name, value := range map[string]string{"name": "far " + rtt, "down_mbps": "50", "up_mbps": "50", "rtt_ms": rtt} {
			e.fill(fmt.Sprintf(`[name="networks[%d].%s"]`, i, name), value)
		}
	}
	e.fill("#limit_s", "120")
	e.fill("#ask-satisfaction", "")
	e.fill("#ask-tlx", "2")
	e.act(`document.querySelector("form#design button[value=save]:not(.unseen)").click()`)
	e.study = strings.Join(strings.SplitN(read[string](e.browser, `location.pathname`), "/", 5)[:4], "/")
	for id, text := range map[string]string{"about": aboutInTwoLanguages, "new": easeInTwoLanguages} {
		e.goTo(e.server.url(e.study + "/questions/" + id))
		e.fill("#text", text)
		e.act(`document.querySelector("textarea#text").form.requestSubmit()`)
	}

	e.goTo(e.server.url(e.study + "/design"))
	for _, row := range []struct {
		button string // that adds a row, or "" for none
		fields map[string]string
	}{
		{"", map[string]string{
			"title.de": "Nah und fern", "consent.de": "Sie werden eine Taste **drücken**.", "thanks.de": "Danke.",
			"wording-bootsector/press-title-de": "Enter drücken", "wording-bootsector/press-instruction-de": "Drücken Sie die Taste Enter einmal.",
			"wording-bootsector/again-title-de": "Noch einmal", "wording-bootsector/again-instruction-de": "Drücken Sie die Taste Enter.",
		}},
		{"add tasks[0].forms", map[string]string{"tasks[0].forms[0].name": "A"}},
		{"add tasks[0].forms", map[string]string{
			"tasks[0].forms[1].name": "B", "tasks[0].forms[1].instruction.en": "Press Enter now.", "tasks[0].forms[1].instruction.de": "Drücken Sie jetzt Enter.",
		}},
		{"add factors", map[string]string{"factors[0].name": "light", "factors[0].levels[0].name": "bright"}},
		{"add factors[0].levels", map[string]string{
			"factors[0].levels[1].name": "dark", "factors[0].levels[1].shown.en": "It gets dark.", "factors[0].levels[1].shown.de": "Es wird dunkel.",
		}},
		{"add groups", map[string]string{"groups[0].name": "novices", "groups[0].answered.item": "often", "groups[0].answered.is": "never"}},
		{"add groups", map[string]string{
			"groups[1].name": "experts", "groups[1].answered.item": "often", "groups[1].answered.is": "daily",
			"groups[1].thanks.en": "Thank you, expert.", "groups[1].thanks.de": "Danke, Fachmensch.",
		}},
	} {
		if row.button != "" {
			e.act(fmt.Sprintf(`document.querySelector("form#design button[value='%s']").click()`, row.button))
		}
		for _, name := range slices.Sorted(maps.Keys(row.fields)) {
			e.fill(fmt.Sprintf(`[name="%s"]`, name), row.fields[name])
		}
	}
	e.choose("[name=about]", true)
	e.fill("#ask-ease", "1")
	for _, only := range []string{"methods[]", "networks[]", "tasks[]"} { // the factor is crossed with one condition
		e.choose(fmt.Sprintf(`[name="factors[0].only.%s"]`, only), true)
	}
	e.await(`document.querySelector("[name='leave_out[]']")`)
	e.choose(`[name="groups[0].networks[]"][value="far 20"]`, true)
	e.choose(`[name="groups[0].networks[]"][value="far 60"]`, true)
	e.publish("groups")
}

// all is more trials than anybody has.
const all = 1000

// takePartPressing does every step until the end, or until so many trials are done and rated. In each task it presses Enter. titles are those of
// questions that have to come.
func (p *participant) takePartPressing(most int, titles ...string) {
	p.t.Helper()
	asked := map[string]bool{}
	for trials := 0; ; {
		step := p.step()
		if step == "end" || step == "start" && trials == most {
			break
		}
		switch step {
		case "desktop":
			trials++
			p.await(desktopThere)
			p.await(uncovered)
			p.press('\r')
			p.await(`document.readyState === "complete" && !document.querySelector(".desktop")`)
		case "answers":
			asked[read[string](p.browser, `document.querySelector("h1").innerText`)] = true
			p.answer()
		default:
			p.act(`document.querySelector("main form[action^='/visit/']:not([action$='/language'])").requestSubmit()`)
		}
	}
	for _, title := range titles {
		if !asked[title] {
			p.t.Errorf("nobody was asked %q", title)
		}
	}
}

// checkGroupsTrials checks the trials: those of novices are on two networks. One condition of each group is crossed with the light, so it is there twice.
func checkGroupsTrials(t *testing.T, trials table) {
	t.Helper()
	for participant, want := range map[string]map[string]int{
		"P001": {"network=far 20": 5, "network=far 60": 4, "network=far 100": 0, "access_method=stream": 4, "access_method=vnc": 5, "task=press": 5, "task=again": 4},
		"P002": {"network=far 20": 5, "network=far 60": 4, "network=far 100": 4, "access_method=stream": 6, "access_method=vnc": 7, "task=press": 7, "task=again": 6},
	} {
		rows := trials.where("participant", participant)
		for is, n := range want {
			column, value, _ := strings.Cut(is, "=")
			if got := len(rows.where(column, value)); got != n {
				t.Errorf("%s: %d trials with %s, want %d", participant, got, is, n)
			}
		}
		for _, level := range []string{"bright", "dark"} {
			if got := len(rows.where("factor_light", level)); got != 1 {
				t.Errorf("%s: %d trials in %s light, want 1", participant, got, level)
			}
		}
		press := rows.where("task", "press")
		if a, b := len(press.where("form", "A")), len(press.where("form", "B")); a+b != len(press) || a-b < -1 || a-b > 1 {
			t.Errorf("%s: the task with forms had A %d and B %d times, of %d", participant, a, b, len(press))
		}
		if done := len(rows.where("outcome", "completed")); done != len(rows) {
			t.Errorf("%s: %d of %d trials were completed", participant, done, len(rows))
		}
	}
}
