package main

import (
	"context"
	"fmt"
	"time"

	"vmstudy/analysis/simulate"
	"vmstudy/postgres"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studyctl/cli"
)

type simulateCmd struct {
	Study  int64  `arg:"" optional:"" help:"Number of the study, as in the address of its page. It must be published and open."`
	Demo   bool   `help:"The demo study in place of a number. If it has simulated participants already, nothing is done."`
	N      int    `short:"n" default:"24" help:"How many participants to make up."`
	Seed   uint64 `default:"7" help:"The same seed makes up the same people."`
	Remove bool   `help:"Remove all simulated participants of the study, with everything that is on record of them."`
}

// Run makes up participants, or removes all that were made up.
func (cmd simulateCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		st, err := cmd.study(ctx, db)
		if err != nil {
			return err
		}
		if cmd.Remove {
			return cmd.remove(ctx, db, st, t)
		}
		people, err := db.Participants(ctx, st.ID)
		if err != nil {
			return err
		}
		if cmd.Demo && len(people) > 0 && people[len(people)-1].Simulated { // they come last
			_, err := fmt.Fprintln(t.Out, "The demo has simulated participants already.")
			return err
		}
		return cmd.simulate(ctx, db, st, t)
	})
}

// study returns the study that is meant.
func (cmd simulateCmd) study(ctx context.Context, db *postgres.DB) (study.Study, error) {
	if !cmd.Demo {
		if cmd.Study == 0 {
			return study.Study{}, study.Refuse(study.ErrInvalid, "Name a study by its number, or say --demo.")
		}
		return db.Study(ctx, study.StudyID(cmd.Study))
	}
	all, err := db.Studies(ctx)
	if err != nil {
		return study.Study{}, err
	}
	for _, s := range all {
		if s.Draft.Name() == demoDesign(demoAppliance, nil, 0).Name() && s.Published != nil {
			return s, nil
		}
	}
	return study.Study{}, study.Refuse(study.ErrNotFound, "There is no demo study yet: run make run once. It may go on running.")
}

func (cmd simulateCmd) remove(ctx context.Context, db *postgres.DB, st study.Study, t cli.Terminal) error {
	n, err := db.RemoveSimulated(audit.During(ctx, simulating("remove simulated participants", st, "")), st.ID)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.Out, "%s removed from study %d.\n", study.Count(n, "simulated participant"), st.ID)
	return err
}

func (cmd simulateCmd) simulate(ctx context.Context, db *postgres.DB, st study.Study, t cli.Terminal) error {
	if st.Published == nil || st.Openness.State != study.StudyOpen {
		return study.Refuse(study.ErrConflict, "Study %d takes nobody: publish it, and open it if it is closed.", st.ID)
	}
	run := simulate.Run{
		Assumptions: simulate.Usual(), Study: st.ID, People: cmd.N, Seed: cmd.Seed, From: simulate.Begin(time.Now(), cmd.N, st.Published.Design), Asked: questionnaire.Of,
	}
	why := fmt.Sprintf("%d participants, seed %d", cmd.N, cmd.Seed)
	if _, err := db.Record(ctx, simulating("simulate", st, why).Entry()); err != nil {
		return err
	}
	show := cli.NewProgress(t.Log)
	err := run.Do(audit.Silent(ctx), db, func(done, all int) { show.Show("Simulating participants", int64(done), int64(all)) })
	show.Done()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.Out, "%s in study %d, seed %d. They are marked as simulated, counted nowhere, and removed by: studyctl simulate %d --remove\n\nAssumed:\n%s", study.Count(cmd.N, "simulated participant"), st.ID, cmd.Seed, st.ID, run.Text())
	return err
}

// simulating is what the audit says of it.
func simulating(action string, st study.Study, why string) audit.Act {
	return audit.Act{Who: operator(), At: time.Now(), What: func() (string, string, string) { return action, fmt.Sprintf("study %d", st.ID), why }}
}
