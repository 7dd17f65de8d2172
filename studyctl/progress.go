package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progress shows long work on a terminal: one line that is written over while it moves. Where
// the output is no terminal each step gets a line of its own, and its quarters.
type progress struct {
	out    io.Writer
	lively bool

	mu      sync.Mutex
	step    string
	began   time.Time
	quarter int64
}

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	if ok {
		info, err := f.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return &progress{out: out, lively: ok}
}

// show tells how far a step is, in bytes or other units; a total of 0 means that it cannot be
// told. A new step ends the one before it.
func (p *progress) show(step string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if step != p.step {
		p.finish()
		p.step, p.began, p.quarter = step, time.Now(), 0
		if !p.lively {
			fmt.Fprintf(p.out, "%s ...\n", step)
		}
	}
	switch {
	case p.lively:
		fmt.Fprintf(p.out, "\r\x1b[K%s", p.line(done, total))
	case total > 0 && 4*done/total > p.quarter && done < total:
		p.quarter = 4 * done / total
		fmt.Fprintf(p.out, "%s ... %d %%\n", step, 100*done/total)
	}
}

// steps is show for those who count in ints.
func (p *progress) steps(step string, done, total int) { p.show(step, int64(done), int64(total)) }

func (p *progress) line(done, total int64) string {
	if total <= 0 {
		return p.step + " ..."
	}
	const width = 24
	full := int(min(done, total) * width / total)
	return fmt.Sprintf("%s  [%s%s] %3d %%", p.step, strings.Repeat("#", full), strings.Repeat(".", width-full), 100*done/total)
}

// done ends the last step.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
	p.step = ""
}

func (p *progress) finish() {
	if p.step == "" || !p.lively {
		return
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s  done in %.1f s\n", p.step, time.Since(p.began).Seconds())
}
