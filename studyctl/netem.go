package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/netem"
	"vmstudy/netem/proxy"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

type netemCmd struct {
	Run    netemRunCmd    `cmd:"" help:"Run a program on an emulated network that it shares with nobody."`
	Proxy  netemProxyCmd  `cmd:"" help:"Shape a TCP port: clients of --listen reach --to over an emulated network."`
	Traces netemTracesCmd `cmd:"" help:"List the network traces that can be replayed, and the files beside them that cannot, with the reason. Traces of your own are files in network-traces/ of the data directory, in mahimahi's format: NAME.trace is the trace NAME, and public pairs keep their names, as Verizon-LTE-short.down and Verizon-LTE-short.up."`
}

type netemProxyCmd struct {
	networkFlags `embed:""`

	To    string        `help:"Address of the server." required:"" placeholder:"HOST:PORT"`
	Every time.Duration `help:"How often to print what passes; 0: only at the end." default:"5s"`
}

// Run carries connections until interrupted.
func (cmd netemProxyCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	n, err := cmd.network()
	if err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(cmd.To); err != nil {
		return study.Refuse(study.ErrInvalid, "--to must be an address as in 127.0.0.1:80, not %q", cmd.To)
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return study.Refuse(study.ErrConflict, "cannot listen at %s: %v. Choose another address with --listen.", c.Listen, err)
	}
	links, err := newLinks(ctx, c)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer links.Close()
	seed := cmd.seed()
	link, way, err := links.open("proxy", n, seed)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer link.Close()
	fmt.Fprintf(t.Out, "%s -> %s\nnetwork  %s\nway      %s\nseed     %d\nchain    %s\n", listener.Addr(), cmd.To, n, way, seed, link)

	group, running := errgroup.WithContext(ctx)
	group.Go(func() error {
		return proxy.Proxy{Link: link, Listener: listener, Dial: func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", cmd.To)
		}}.Run(running)
	})
	if cmd.Every > 0 {
		group.Go(func() error { return tellCounters(running, t.Err, link, cmd.Every) })
	}
	err = group.Wait()
	return errors.Join(err, printTotals(t.Out, link.Counters()))
}

// tellCounters prints every so often what has passed since the last time, if anything has.
func tellCounters(ctx context.Context, out io.Writer, link netem.Link, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	began, last, before := time.Now(), time.Now(), link.Counters()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now, counted := time.Now(), link.Counters()
		if counted != before {
			span := now.Sub(last).Seconds()
			rate := func(now, before int64) float64 { return float64(now-before) * 8 / 1e6 / span }
			fmt.Fprintf(out, "%6.0f s  down %8.3f Mbps, %d dropped   up %8.3f Mbps, %d dropped\n", now.Sub(began).Seconds(),
				rate(counted.BytesDown, before.BytesDown), counted.DropsDown-before.DropsDown,
				rate(counted.BytesUp, before.BytesUp), counted.DropsUp-before.DropsUp)
		}
		last, before = now, counted
	}
}

func printTotals(out io.Writer, r study.LinkReport) error {
	_, err := fmt.Fprintf(out, "down     %d packets, %d bytes, %s\nup       %d packets, %d bytes, %s\n",
		r.PacketsDown, r.BytesDown, r.CausesDown.Explain(r.DropsDown), r.PacketsUp, r.BytesUp, r.CausesUp.Explain(r.DropsUp))
	return err
}
