// Package power finds how many participants a study needs. The work is that of model.Power, and it is done in a process of its own, so that a
// researcher who plans one study does not disturb the measurements of another.
package power

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"vmstudy/analysis/model"
	"vmstudy/aside"
	"vmstudy/study"
)

// execName is the name of the process that simulates (its argument 0).
const execName = "vmstudy-power"

// line is what that process says, a line of JSON each: how far it is, or in the end the curve or why there is none.
type line struct {
	Done, All int
	Curve     []model.Powered
	Refused   string // a sentence
}

// ExecMain simulates and exits if this process was started by Aside. Otherwise it does nothing. main must call it first, and so must TestMain of tests
// that use Aside.
func ExecMain() {
	if !aside.Is(execName) {
		return
	}
	if err := answer(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// answer reads a plan and says what it comes to.
func answer(in io.Reader, out io.Writer) error {
	var plan model.PowerPlan
	if err := json.NewDecoder(in).Decode(&plan); err != nil {
		return fmt.Errorf("read what to simulate: %w", err)
	}
	say := json.NewEncoder(out)
	told := -1 // per mille
	curve, err := model.Power(context.Background(), plan, func(done, all int) {
		if now := 1000 * done / all; now > told {
			told = now
			_ = say.Encode(line{Done: done, All: all}) // whoever does not listen has gone, and kills this process
		}
	})
	if sentence := study.Sentence(err); sentence != "" {
		return say.Encode(line{Refused: sentence})
	}
	if err != nil {
		return err
	}
	return say.Encode(line{Curve: curve})
}

// Aside does the same as model.Power in a process of its own, see package aside. It calls progress, unless that is nil, now and then, from another
// goroutine, and never after it has returned. When ctx ends, that process is killed, and there is no curve.
func Aside(ctx context.Context, plan model.PowerPlan, progress func(done, all int)) ([]model.Powered, error) {
	if err := plan.Check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(plan)
	if err != nil {
		return nil, fmt.Errorf("simulate power: %w", err)
	}
	var complaint bytes.Buffer
	heard := &listener{progress: progress}
	cmd := aside.Command(ctx, execName)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), heard, &complaint
	err = aside.Run(cmd)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, fmt.Errorf("simulate power: %w: %s", err, strings.TrimSpace(complaint.String()))
	case heard.last.Refused != "":
		return nil, study.Refuse(study.ErrInvalid, "%s", heard.last.Refused)
	case heard.last.Curve == nil:
		return nil, errors.New("simulate power: the process for it has not said what it found")
	}
	return heard.last.Curve, nil
}

// listener reads what the process says. It needs no more than the line that is not whole yet.
type listener struct {
	progress func(done, all int)
	rest     []byte
	last     line
}

// Write implements [io.Writer].
func (l *listener) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		text, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		var said line
		if err := json.Unmarshal(text, &said); err != nil {
			return 0, fmt.Errorf("read what was simulated: %w", err)
		}
		l.rest, l.last = rest, said
		if l.progress != nil && said.All > 0 {
			l.progress(said.Done, said.All)
		}
	}
}
