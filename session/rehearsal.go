package session

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/study"
)

// Script is what a robot does in a desktop. Its text has one action on each line:
//
//	task type              the task to begin, first of all
//	pace 150ms             from here on, pause for this time after each key and click
//	type Hello, world.     type the rest of the line
//	key ctrl+s             press keys together: ctrl, alt, shift, return, tab, escape, backspace, a letter
//	click 120 340          press the left button at a place on the screen
//	quiet 500ms            wait until the screen has not changed for this time
//	complete               wait until the appliance says that the task is complete
//
// Empty lines and lines that begin with # are ignored.
type Script struct {
	Task    study.TaskID
	actions []action
}

// action is one line of a script.
type action struct {
	line int
	verb string
	rest string
	do   func(context.Context, *player) error
}

// player plays a script at a screen.
type player struct {
	screen    *robot.Client
	completed <-chan struct{}
	pace      time.Duration
}

// ParseScript reads a script. Its error names the line.
func ParseScript(r io.Reader) (Script, error) {
	var s Script
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		verb, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		rest = strings.TrimSpace(rest)
		if verb == "" || verb[0] == '#' {
			continue
		}
		if verb == "task" {
			s.Task = study.TaskID(rest)
			continue
		}
		do, err := parseAction(verb, rest)
		if err != nil {
			return Script{}, study.Refuse(study.ErrInvalid, "script line %d: %v", n, err)
		}
		s.actions = append(s.actions, action{line: n, verb: verb, rest: rest, do: do})
	}
	if s.Task == "" {
		return Script{}, study.Refuse(study.ErrInvalid, "script: no line says which task to begin")
	}
	return s, lines.Err()
}

// Types reports whether the script types text. The screen of its task then shows that text.
func (s Script) Types() bool {
	for _, a := range s.actions {
		if a.verb == "type" {
			return true
		}
	}
	return false
}

func parseAction(verb, rest string) (func(context.Context, *player) error, error) {
	switch verb {
	case "pace":
		d, err := time.ParseDuration(rest)
		return func(_ context.Context, r *player) error { r.pace = d; return nil }, err
	case "quiet":
		d, err := time.ParseDuration(rest)
		return func(ctx context.Context, r *player) error { return r.screen.WaitQuiet(ctx, d) }, err
	case "type":
		return func(ctx context.Context, r *player) error { return r.typeText(ctx, rest) }, nil
	case "key":
		keys, err := parseKeys(rest)
		return func(ctx context.Context, r *player) error { return r.press(ctx, keys) }, err
	case "click":
		var x, y int
		if _, err := fmt.Sscanf(rest, "%d %d", &x, &y); err != nil {
			return nil, fmt.Errorf("click needs two numbers, not %q", rest)
		}
		return func(ctx context.Context, r *player) error { return r.click(ctx, x, y) }, nil
	case "complete":
		return (func(context.Context, *player) error)(awaitCompletion), nil
	}
	return nil, fmt.Errorf("unknown action %q", verb)
}

// named are the keys that have a name in scripts.
var named = map[string]uint32{
	"ctrl": robot.KeyControl, "alt": robot.KeyAlt, "shift": robot.KeyShift,
	"return": robot.KeyReturn, "tab": robot.KeyTab, "escape": robot.KeyEscape, "backspace": robot.KeyBackspace,
}

// parseKeys returns the keysyms of keys that are pressed together.
func parseKeys(s string) ([]uint32, error) {
	var keys []uint32
	for _, name := range strings.Split(s, "+") {
		if k, ok := named[name]; ok {
			keys = append(keys, k)
		} else if len(name) == 1 {
			keys = append(keys, uint32(name[0]))
		} else {
			return nil, fmt.Errorf("unknown key %s", strconv.Quote(name))
		}
	}
	return keys, nil
}

// Play does what the script says. Its error names the line at which it stopped.
func (s Script) Play(ctx context.Context, screen *robot.Client, completed <-chan struct{}) error {
	r := &player{screen: screen, completed: completed}
	for _, a := range s.actions {
		if err := a.do(ctx, r); err != nil {
			return fmt.Errorf("script line %d, %s %s: %w", a.line, a.verb, a.rest, err)
		}
	}
	return nil
}

func (r *player) typeText(ctx context.Context, text string) error {
	for _, c := range text {
		if err := r.screen.Type(ctx, string(c)); err != nil {
			return err
		}
		if err := r.rest(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *player) press(ctx context.Context, keys []uint32) error {
	for _, k := range keys {
		if err := r.screen.Key(ctx, k, true); err != nil {
			return err
		}
	}
	for i := len(keys) - 1; i >= 0; i-- {
		if err := r.screen.Key(ctx, keys[i], false); err != nil {
			return err
		}
	}
	return r.rest(ctx)
}

func (r *player) click(ctx context.Context, x, y int) error {
	for _, buttons := range []uint8{0, 1, 0} {
		if err := r.screen.Pointer(ctx, x, y, buttons); err != nil {
			return err
		}
		if err := pass(ctx, fingerTime); err != nil { // some programs miss a click that takes no time
			return err
		}
	}
	return r.rest(ctx)
}

// fingerTime is how long a button stays down.
const fingerTime = 100 * time.Millisecond

// rest pauses for the time that the last pace line gave.
func (r *player) rest(ctx context.Context) error { return pass(ctx, r.pace) }

func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func awaitCompletion(ctx context.Context, r *player) error {
	select {
	case <-r.completed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the task was not completed: %w", context.Cause(ctx))
	}
}
