package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"vmstudy/netem"
	"vmstudy/netem/namespace"
	"vmstudy/netem/proxy"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

type netemRunCmd struct {
	networkFlags `embed:""`

	Reach   []string `help:"What the program may reach, at the address in its variable NETEM_FAR: a port of this machine's loopback, or another server as PORT=HOST:PORT. TCP only." placeholder:"PORT"`
	User    string   `help:"Run the program as this user, and not as root." placeholder:"NAME"`
	Quiet   bool     `help:"Do not say how the network was made, and what passed it."`
	Command []string `arg:"" passthrough:"" help:"The program and its arguments, behind --." placeholder:"-- PROGRAM"`
}

// Help tells what the help of the flags does not.
func (netemRunCmd) Help() string {
	return `The program sits at the near end of a link; of all networks it sees this one. At the far end, at $NETEM_FAR (192.0.2.2), are the ports that --reach names, and nothing else: no internet, no other service of this machine. Signals go to the program, and its exit code is the command's.

    studyctl netem run --rtt 120ms --reach 8080 -- sh -c 'curl http://$NETEM_FAR:8080/'
    studyctl netem run --profile 3g --reach 443=example.org:443 -- bash

As root, a second shell gets to either end by the names that are printed: ip netns exec vmstudy-run-0-far bash. Without root it needs what --netem tun does, and nsenter.`
}

// Run runs the program and ends as it does.
func (cmd netemRunCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	n, err := cmd.network()
	if err != nil {
		return err
	}
	servers, err := reachable(cmd.Reach)
	if err != nil {
		return err
	}
	program, err := cmd.program(t)
	if err != nil {
		return err
	}
	links, err := newLinks(ctx, c)
	if err != nil {
		return err
	}
	defer links.Close()
	opened, way, err := links.open("run", n, cmd.seed())
	if err != nil {
		return err
	}
	defer opened.Close()
	link, ok := opened.(programLink)
	if !ok {
		return study.Refuse(study.ErrConflict, "only a link of the way tun or kernel can have a program at its end, and links are made in the way %s here%s", way, because(links.why))
	}
	if !cmd.Quiet {
		fmt.Fprintf(t.Err, "network  %s\nway      %s\nby       %s\n", n, way, link)
	}
	// ctx ends with a signal. Only the program decides what a signal does, so the link has to stay.
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	var served errgroup.Group
	for port, server := range servers {
		listener, err := link.ListenFar(port)
		if err != nil {
			stop()
			return err
		}
		served.Go(func() error {
			return proxy.Serve(serving, listener, func(ctx context.Context) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "tcp", server)
			})
		})
	}
	ended := passSignals(program, func() error { return link.StartNear(program) })
	stop()
	report := link.Counters()
	closed := link.Close()
	_ = served.Wait() // the error says that its listeners were closed
	if !cmd.Quiet {
		closed = errors.Join(closed, printTotals(t.Err, report))
	}
	return errors.Join(ended, closed)
}

// programLink is a link at whose near end a program can be started.
type programLink interface {
	netem.Link
	StartNear(cmd *exec.Cmd) error
}

// because returns a reason as the end of a sentence, or nothing if there is none.
func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

// reachable maps the ports of the far end to addresses.
func reachable(flags []string) (map[int]string, error) {
	servers := map[int]string{}
	for _, flag := range flags {
		port, server, other := strings.Cut(flag, "=")
		number, err := strconv.Atoi(port)
		if err != nil || number < 1 || number > 65535 {
			return nil, study.Refuse(study.ErrInvalid, "--reach must be a port from 1 to 65535, or PORT=HOST:PORT, not %q", flag)
		}
		if !other {
			server = net.JoinHostPort("127.0.0.1", port)
		}
		if _, _, err := net.SplitHostPort(server); err != nil {
			return nil, study.Refuse(study.ErrInvalid, "--reach %s must name a server as in 8080=example.org:80", flag)
		}
		servers[number] = server
	}
	return servers, nil
}

// program returns the program, ready to start.
func (cmd netemRunCmd) program(t cli.Terminal) (*exec.Cmd, error) {
	words := cmd.Command
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		return nil, study.Refuse(study.ErrInvalid, "no program: put it behind --, as in: studyctl netem run --rtt 120ms -- bash")
	}
	path, err := exec.LookPath(words[0])
	if err != nil {
		return nil, study.Refuse(study.ErrNotFound, "there is no program %q", words[0])
	}
	program := exec.Command(path, words[1:]...) // no context ends it: it decides itself what signals do
	program.Env = append(os.Environ(), "NETEM_FAR="+namespace.FarIP.String())
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, t.Out, t.Err
	if cmd.User == "" {
		return program, nil
	}
	who, err := credential(cmd.User)
	if err != nil {
		return nil, err
	}
	program.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	return program, nil
}

// credential looks a user up.
func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, study.Refuse(study.ErrNotFound, "there is no user %q", name)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", name, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", name, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// passSignals starts a program, passes on the signals that this process gets, and returns how the program ended: nil, or a
// cli.ExitCode. If a signal has killed the program, the code is the same as in a shell.
func passSignals(program *exec.Cmd, start func() error) error {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2)
	defer signal.Stop(signals)
	if err := start(); err != nil {
		return fmt.Errorf("start %s: %w", program.Path, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	for {
		select {
		case s := <-signals:
			// A terminal sends its signals to all programs that run in it, so the program has got this one already.
			if !fromTerminal(s) {
				_ = program.Process.Signal(s) // an error means that the program has ended
			}
		case err := <-ended:
			return asExitCode(err)
		}
	}
}

// fromTerminal reports whether a terminal has sent a signal: this process has a terminal, and terminals send such signals.
func fromTerminal(s os.Signal) bool {
	if s != unix.SIGINT && s != unix.SIGQUIT {
		return false
	}
	_, err := unix.IoctlGetTermios(int(os.Stdin.Fd()), unix.TCGETS)
	return err == nil
}

func asExitCode(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return cli.ExitCode(128 + int(status.Signal()))
	}
	return cli.ExitCode(exit.ExitCode())
}
