package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/analysis"
	"vmstudy/analysis/power"
	"vmstudy/netem"
	"vmstudy/netem/kernel"
	"vmstudy/netem/tun"
	"vmstudy/netem/userspace"
	"vmstudy/postgres"
	"vmstudy/questionnaire"
	"vmstudy/record"
	"vmstudy/session"
	"vmstudy/session/calibration"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/studyctl/metrics"
	"vmstudy/vmhost"
	"vmstudy/web"
	"vmstudy/web/lab"
	"vmstudy/web/password"
	"vmstudy/web/post"
)

// The compiler checks here that these types implement the interfaces of other rooms.
var (
	_ session.Store      = (*postgres.DB)(nil)
	_ session.Departures = (*postgres.DB)(nil)
	_ web.Store          = (*postgres.DB)(nil)
	_ web.Conduct        = (*session.Conductor)(nil)

	_ calibration.Store = (*postgres.DB)(nil)
	_ lab.Calibrating   = (*calibration.Runner)(nil)
	_ post.Store        = (*postgres.DB)(nil)

	_ session.Opener = (*session.Lab)(nil)
	_ record.Store   = (*postgres.DB)(nil)
	_ web.Recordings = (*record.Library)(nil)
	_ netem.Link     = (*userspace.Link)(nil)
	_ netem.Link     = (*kernel.Link)(nil)
	_ netem.Link     = (*tun.Link)(nil)

	_ analysis.Source = postgres.Source{}
)

// shutdownLimit is how long the server may take to stop. After that, whatever still runs is cut off.
const shutdownLimit = 20 * time.Second

// house is everything that a server consists of, wired together.
type house struct {
	premises
	cfg       Config
	db        *postgres.DB
	owner     *postgres.Owner
	host      *vmhost.Host
	links     links
	conductor *session.Conductor
	leaving   *session.Leaving
	calibrate *calibration.Runner
	library   *record.Library
	aside     *aside   // what it does while nobody needs it; may be nil
	backups   *backups // nil: this server makes none by itself
	post      *post.Office
	metrics   *metrics.Metrics
	silence   silence // of the database
}

// withHouse opens the parts of the house in order, lets do use it, and closes them in reverse order.
func withHouse(ctx context.Context, c Config, p premises, do func(*house) error) error {
	p.show.Show("Starting the database", 0, 0)
	return withOwnDatabase(ctx, c, func(db *postgres.DB, owner *postgres.Owner) error {
		h := &house{premises: p, cfg: c, db: db, owner: owner}
		p.show.Show("Finding out what runs virtual machines here", 0, 0)
		var err error
		if h.host, err = newHost(ctx, c, c.machinesDir()); err != nil {
			return err
		}
		accelerator, err := h.host.Accelerator(ctx)
		if err != nil {
			return err
		}
		if h.library, err = openLibrary(ctx, c, db); err != nil {
			return err
		}
		defer func() {
			closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
			defer cancel()
			if err := h.library.Close(closing); err != nil {
				slog.Warn("the recordings are not closed", "err", err)
			}
		}()
		if h.links, err = newLinks(ctx, c); err != nil {
			return err
		}
		defer h.links.Close()
		lab := newLab(c, h.host, c.streamsDir())
		lab.NewLink = h.links.open
		lab.TracesDir = c.tracesDir()
		defer giveCache(c, lab)()
		h.calibrate = calibration.New(calibration.Config{
			Store: db, Measure: h.links.calibrator(), Way: h.links.way, Program: cli.Version(),
			Busy: func() bool { return len(h.conductor.Live()) > 0 || h.conductor.Previewing() }, Clear: h.clear,
		})
		h.conductor = session.New(session.Config{
			Store: db, Opener: lab, Clear: func(ctx context.Context) error { return errors.Join(h.clear(ctx), h.calibrate.Yield(ctx)) }, Admit: h.admit(accelerator.Name == "kvm", h.links.way),
			Ended: h.library.Finish, Move: lab.Move, Spare: func() error { return spareWhile(h.calibrate) },
		})
		if h.backups, err = planned(p.backup, c, h); err != nil {
			return err
		}
		h.post = office(p.mail, db, p.zone)
		h.metrics = h.watched()
		h.leaving = &session.Leaving{Store: noted{db, h.backups.note}, Desktops: h.conductor, Files: []func(study.AttemptID) error{
			h.library.Remove, func(a study.AttemptID) error { return session.RemoveTraces(c.tracesDir(), a) },
		}}
		h.completeErasing(ctx)
		return do(h)
	})
}

// completeErasing erases what an earlier server left of people who wanted it erased. If that fails, the server serves all the
// same, and the person's page says what is left.
func (h *house) completeErasing(ctx context.Context) {
	n, err := h.leaving.Complete(ctx)
	if err != nil {
		slog.Error("what participants gave could not be erased; the next start tries again", "err", err)
	} else if n > 0 {
		slog.Warn("what participants gave was erased, which the last server had left unfinished", "count", n)
	}
}

func newLab(c Config, host *vmhost.Host, streams string) *session.Lab {
	return &session.Lab{
		Host:      host,
		Appliance: c.appliance,
		RunDir:    streams,
		StoreDir:  c.storeDir(),
		NewLink:   links{way: study.UserspaceWay, traces: netem.NewTraces(c.networksDir())}.open,
	}
}

// admit refuses sessions while it is not known whether this server still owns the database: another server may have begun
// to work on it.
func (h *house) admit(kvm bool, way study.LinkWay) admission {
	able, same := admitOn(kvm, h.cfg.AllowTCG), admitWay(h.db, way)
	return func(ctx context.Context, s study.Session) error {
		if !h.owner.Held() {
			return errDisowned
		}
		if err := h.clear(ctx); err != nil {
			return err
		}
		if err := able(ctx, s); err != nil {
			return err
		}
		return same(ctx, s)
	}
}

// spareWhile refuses previews with a desktop while networks are calibrated, which they would disturb.
func spareWhile(r *calibration.Runner) error {
	if r.Busied() {
		return study.Refuse(study.ErrConflict, "Networks are being calibrated, which a desktop would disturb. Try again when that is over.")
	}
	return nil
}

var errDisowned = study.Refuse(study.ErrConflict,
	"The server has lost its database for a moment, so nothing can begin now. What was saved is safe. Try again in a few seconds.")

// admitOn refuses sessions that count if machines are only emulated, unless that is allowed. Emulated machines are several
// times slower, so a study would measure the emulation.
func admitOn(kvm, allowTCG bool) admission {
	return func(_ context.Context, s study.Session) error {
		if kvm || allowTCG || s.Participant.Pilot {
			return nil
		}
		return study.Refuse(study.ErrConflict,
			"This computer cannot run virtual machines at full speed, so this session cannot begin here. Please tell the experimenter.")
	}
}

// admitWay refuses sessions that count if the study's version began with links of another way than the one of this server.
func admitWay(store lab.Calibrations, here study.LinkWay) admission {
	return func(ctx context.Context, s study.Session) error {
		if s.Participant.Pilot {
			return nil
		}
		began, err := store.LinkWays(ctx, s.Version.ID)
		if err != nil {
			return err
		}
		return study.MixesWays(began, here)
	}
}

// admission may refuse a session on this machine, with a sentence for the participant.
type admission = func(context.Context, study.Session) error

// serve serves the pages until ctx ends. Then it stops in this order: it takes no new requests, records and closes every
// attempt that runs, and ends the rest.
func (h *house) serve(ctx context.Context, ready func() error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, run := range []func(context.Context, chan<- struct{}) error{h.calibrate.Run, h.conductor.Run} {
		ready := make(chan struct{})
		group.Go(func() error { return run(ctx, ready) })
		select {
		case <-ready:
		case <-ctx.Done():
			return group.Wait()
		}
	}

	group.Go(func() error { return h.backups.Run(ctx) })
	group.Go(func() error { return h.post.Run(ctx) })
	if h.watchers != nil {
		group.Go(func() error { return h.metrics.Serve(ctx, h.watchers) })
	}
	group.Go(func() error {
		return h.owner.Keep(ctx, func(err error) {
			slog.Error("the connection that makes the database ours was lost; no trial begins until it is back", "err", err)
		})
	})

	group.Go(func() error { return h.aside.run(ctx) })

	server := h.pages().HTTPServer(ctx)
	group.Go(func() error {
		if err := server.Serve(h.listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
		defer cancel()
		if err := server.Shutdown(stopping); err != nil {
			return server.Close()
		}
		return nil
	})
	h.show.Done()
	if err := ready(); err != nil {
		return errors.Join(err, server.Close())
	}
	return group.Wait()
}

func (h *house) pages() *web.Server {
	return web.New(web.Config{
		Traces:     netem.NewTraces(h.cfg.networksDir()),
		Store:      h.db,
		Conduct:    h.conductor,
		Previews:   h.conductor,
		Leave:      h.leaving,
		Results:    findings{h.db},
		Recordings: h.library,
		Calibrate:  h.calibrate,
		Now:        func() time.Time { return time.Now().In(h.zone) },
		Appliances: h.cfg.installed, NoAppliances: h.cfg.notInstalled, Rehearsals: h.cfg.rehearsals,
		Public:   h.public,
		Mails:    h.post.Send != nil,
		Machines: h.machines(),
		Version:  cli.Version(),
		Checks:   h.checks(),
		Observe:  h.metrics.Observe,
		Proxies:  h.proxies, SecondFactor: h.cfg.Second,
		Verify: password.VerifyAside, Hash: password.HashAside, Simulate: power.Aside,
		Disk: func() (lab.Disk, error) { return diskOf(h.cfg.Data) },
	})
}

// findings reads results from the database.
type findings struct{ db *postgres.DB }

// Find reads on the database connections of exports, as the data may be many.
func (f findings) Find(ctx context.Context, filter analysis.Filter, v study.Version) (analysis.Results, error) {
	if err := f.db.SummarizeInputs(ctx, filter.Study); err != nil {
		return analysis.Results{}, err
	}
	return analysis.Find(ctx, f.db.Exports(), filter, v, questionnaire.Named())
}

func (f findings) Versions(ctx context.Context, filter analysis.Filter) ([]analysis.Published, error) {
	return analysis.VersionsOf(ctx, f.db.Source(), filter)
}

// Export reads on database connections of its own, since it may be as slow as the person's download.
func (f findings) Export(ctx context.Context, filter analysis.Filter, w io.Writer) error {
	return analysis.Export(ctx, f.db.Exports(), filter, questionnaire.Named(), w)
}

// installed lists the appliances in the form that the pages need.
func (c Config) installed(context.Context) ([]lab.Appliance, error) {
	apps, _, err := vmhost.List(c.appliancesDir())
	if err != nil {
		return nil, err
	}
	var out []lab.Appliance
	for _, a := range apps {
		out = append(out, lab.Appliance{Name: a.Name, Title: a.Title, Keyboard: a.Keyboard, Content: a.Content(), Tasks: a.Tasks})
	}
	return out, nil
}

// rehearsals returns the traces by which an appliance is streamed, and keeps them for the versions that name them.
func (c Config) rehearsals(appliance string) ([]study.TraceFile, error) {
	return session.KeepRepertoire(filepath.Join(c.appliancesDir(), appliance))
}

// notInstalled names what is in the directory of appliances and cannot be used.
func (c Config) notInstalled() ([]string, error) {
	_, passed, err := vmhost.List(c.appliancesDir())
	return sentences(passed), err
}

// machines returns how many machines there is room for at once, of whichever installed appliance.
func (h *house) machines() int {
	apps, _, err := vmhost.List(h.cfg.appliancesDir())
	if err != nil || len(apps) == 0 {
		return 1
	}
	n := h.host.Capacity(apps[0])
	for _, a := range apps[1:] {
		n = min(n, h.host.Capacity(a))
	}
	return n
}
