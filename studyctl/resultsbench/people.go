package resultsbench

import (
	"context"
	"time"

	"vmstudy/analysis/simulate"
	"vmstudy/bench"
	"vmstudy/postgres"
	"vmstudy/questionnaire"
	"vmstudy/study"
)

// trials is how many trials each participant has.
const trials = 2 * 3 * 3

// design has as many conditions: two methods, three networks, three tasks.
func design() study.Design {
	d := study.Design{
		Title: study.Plain("Results"), Consent: study.Plain("You are a program."), Thanks: study.Plain("Thank you."), Appliance: "none",
		Methods:     study.StreamedBy(study.PlainLevels(study.VNC, study.Stream), []study.Strategy{study.ClusterStrategy}, false),
		Instruments: []string{"satisfaction", "annoyance", "tlx"}, About: "about", Order: study.Williams, TrialLimit: 5 * time.Minute,
	}
	for _, name := range []string{"lte", "dsl", "3g"} {
		if p, err := study.ProfileNamed(name); err == nil {
			d.Networks = append(d.Networks, study.NamedNetwork{Name: p.Name, Network: p.Network})
		}
	}
	for _, name := range []string{"type", "draw", "find"} {
		d.Tasks = append(d.Tasks, study.Task{ID: study.TaskID(name), Title: study.Plain(name), Instruction: study.Plain(name)})
	}
	return d
}

// populate makes up so many people, all of whom stay to the end.
func populate(ctx context.Context, db *postgres.DB, n size, s bench.Setting) (study.StudyID, error) {
	now := time.Now()
	id, err := db.CreateStudy(ctx, 0, design(), now)
	if err != nil {
		return 0, err
	}
	if _, err := db.Publish(ctx, id, 0, now); err != nil {
		return 0, err
	}
	assumed := simulate.Usual()
	assumed.DropsOut = 0
	run := simulate.Run{Assumptions: assumed, Study: id, People: n.people, Seed: s.Seed, From: simulate.Begin(now, n.people, design()), Asked: questionnaire.Of}
	return id, run.Do(ctx, busy{db, n.inputs}, s.Show)
}

// busy stores what simulated participants give, and has them make so many inputs in each trial: theirs, again and again.
type busy struct {
	*postgres.DB
	inputs int
}

// SaveBatch implements simulate.Store.
func (b busy) SaveBatch(ctx context.Context, own study.Batch) error {
	made := own.Interactions
	own.Interactions = nil
	for n := range b.inputs {
		i := made[n%len(made)]
		i.Number, i.At = int64(n+2), i.At.Add(time.Duration(n)*time.Microsecond)
		own.Interactions = append(own.Interactions, i)
	}
	own.Count, own.Given = b.inputs+1, int64(b.inputs+1)
	return b.DB.SaveBatch(ctx, own)
}
