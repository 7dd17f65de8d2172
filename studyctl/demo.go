package main

import (
	"context"
	"fmt"
	"time"

	"vmstudy/document"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/web/lab"
	"vmstudy/web/password"
)

// The demo's names.
const (
	demoAppliance    = "demo"
	demoExperimenter = "experimenter"
	demoParticipants = 12
)

type demoCmd struct{}

// Run sets up what is missing of the demo, and serves it. Machines may be emulated, because the demo is only for looking
// around.
func (demoCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	c.AllowTCG = true
	show := cli.NewProgress(t.Log)
	return withPremises(c, show, func(p premises) error {
		if err := buildIfMissing(ctx, c, demoAppliance, show); err != nil {
			return err
		}
		return withHouse(ctx, c, p, func(h *house) error {
			show.Show("Setting up the demo study", 0, 0)
			d, err := h.setUpDemo(ctx)
			if err != nil {
				return fmt.Errorf("setting up the demo study: %w", err)
			}
			if err := h.rehearseAside(demoAppliance, func(ctx context.Context) error { return h.renewDemo(ctx, d) }); err != nil {
				return err
			}
			return h.serve(ctx, func() error {
				_, err := fmt.Fprint(t.Out, d.lines(c))
				return err
			})
		})
	})
}

// demo is what a new user is told about the demo study.
type demo struct {
	study    study.StudyID
	by       study.ExperimenterID
	password string
	link     string
}

func (d demo) lines(c Config) string {
	return fmt.Sprintf(`
  Experimenter  %[1]s/lab   name %[2]s, password for this run %[3]s
  Participant   %[1]s/p/%[4]s
  Analyst       %[1]s/lab/studies/%[5]d/results
  Data          %[6]s

`, c.public(), demoExperimenter, d.password, d.link, d.study, c.Data)
}

// setUpDemo finds or makes the demo study with its participants, and gives the experimenter a password that is valid until
// the next start.
func (h *house) setUpDemo(ctx context.Context) (demo, error) {
	d := demo{password: newPassword()}
	if err := h.db.SetPassword(ctx, demoExperimenter, password.Hash(d.password)); err != nil {
		return demo{}, err
	}
	who, _, err := h.db.Experimenter(ctx, demoExperimenter)
	if err != nil {
		return demo{}, err
	}
	d.by = who.ID
	if d.study, err = h.demoStudy(ctx, who.ID); err != nil {
		return demo{}, err
	}
	d.link, err = h.nextLink(ctx, d.study)
	return d, err
}

// demoStudy returns the published demo study.
func (h *house) demoStudy(ctx context.Context, by study.ExperimenterID) (study.StudyID, error) {
	app, err := h.cfg.appliance(demoAppliance)
	if err != nil {
		return 0, err
	}
	design := demoDesign(demoAppliance, app.Tasks, 0)
	all, err := h.db.Studies(ctx)
	if err != nil {
		return 0, err
	}
	for _, s := range all {
		if s.Draft.Name() == design.Name() && s.Published != nil {
			return s.ID, nil
		}
	}
	design.Seed = cli.NewSeed()
	id, err := h.db.CreateStudy(ctx, by, design, time.Now())
	if err != nil {
		return 0, err
	}
	frozen, err := h.frozenDemo(design)
	if err != nil {
		return 0, err
	}
	_, err = h.db.PublishDraft(ctx, id, document.Hash(design), frozen, by, time.Now())
	return id, err
}

// frozenDemo returns the demo's draft as it is published now.
func (h *house) frozenDemo(draft study.Design) (study.Design, error) {
	app, err := h.cfg.appliance(demoAppliance)
	if err != nil {
		return study.Design{}, err
	}
	traces, err := h.cfg.rehearsals(app.Name)
	if err != nil {
		return study.Design{}, err
	}
	guest := study.Guest{Appliance: app.Name, Content: app.Content(), Traces: traces}
	return questionnaire.Worded(draft).Frozen([]study.Installed{{Guest: guest, Tasks: app.Tasks}}), nil
}

// nextLink returns the personal link of a participant who has not finished. If there is none, it adds participants.
func (h *house) nextLink(ctx context.Context, id study.StudyID) (string, error) {
	people, err := h.db.Participants(ctx, id)
	if err != nil {
		return "", err
	}
	for _, p := range people {
		if !p.Pilot && !p.Simulated && !p.Finished && p.Ruled == "" {
			link := lab.NewLinks(1)[0] // the old one is not known any more
			return link, h.db.RenewLinks(ctx, id, []study.NewLink{{Participant: p.ID, Secret: link}}, time.Time{}, time.Now())
		}
	}
	people, err = h.db.AddParticipants(ctx, id, false, lab.NewLinks(demoParticipants), time.Now())
	if err != nil {
		return "", err
	}
	return people[0].Link, nil
}
