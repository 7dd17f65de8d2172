package main

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/mail"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/web/page"
	"vmstudy/web/static"
)

// premises are what a server needs before it begins anything that takes long: settings that make sense, a
// data directory that no other server uses, and its address. If one of them is missing, the user hears so
// at once.
type premises struct {
	show     *cli.Progress
	listener net.Listener
	watchers net.Listener // for those who read metrics; nil: nobody may
	zone     *time.Location
	public   page.Public
	proxies  []netip.Prefix
	backup   backupPlan
	mail     *mail.Server // for mails to participants; nil: none are sent
}

// withPremises takes the premises that c names, lets do use them, and gives them back.
func withPremises(c Config, show *cli.Progress, do func(premises) error) error {
	p := premises{show: show}
	show.Show("Preparing the data directory", 0, 0)
	if err := static.CheckViewer(); err != nil {
		return err
	}
	var err error
	if p.proxies, err = c.proxies(); err != nil {
		return err
	}
	if p.zone, err = c.zone(); err != nil {
		return err
	}
	if p.public, err = page.ParsePublic(c.Public); err != nil {
		return err
	}
	release, err := c.claimData()
	if err != nil {
		return err
	}
	defer release()
	if p.listener, err = net.Listen("tcp", c.Listen); err != nil {
		return cannotListen(c.Listen, err)
	}
	defer p.listener.Close()
	if p.listener, err = c.secured(p.listener); err != nil {
		return err
	}
	if c.Metrics != "" {
		if p.watchers, err = net.Listen("tcp", c.Metrics); err != nil {
			return study.Refuse(study.ErrConflict, "cannot serve metrics on %s (%v): choose another address with --metrics", c.Metrics, err)
		}
		defer p.watchers.Close()
	}
	return do(p)
}

// cannotListen says why the server cannot listen on an address, and what to do.
func cannotListen(address string, err error) error {
	const mend = "choose another address with --listen or STUDYCTL_LISTEN, as in STUDYCTL_LISTEN=127.0.0.1:8081 make run"
	if errors.Is(err, unix.EADDRINUSE) {
		return study.Refuse(study.ErrConflict, "cannot serve on %s, where another program does already: stop that one, or %s", address, mend)
	}
	return study.Refuse(study.ErrConflict, "cannot serve on %s (%v): %s", address, err, mend)
}
