package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Progress shows how much of a long work is done. On a terminal it is one line that is written again and again. If the
// output is not a terminal, there is a line for the beginning of each step, and for each quarter of it.
type Progress struct {
	*Journal // its mutex guards the fields below

	step    string
	began   time.Time
	quarter int64
}

// NewProgress returns a Progress that is shown by j.
func NewProgress(j *Journal) *Progress { return &Progress{Journal: j} }

// Show shows how much of a step is done, in bytes or any other unit. A total of 0 means that it is not known. A new step ends
// the step before.
func (p *Progress) Show(step string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	quarter := int64(0)
	if total > 0 {
		quarter = 4 * done / total
	}
	fresh := step != p.step
	if fresh {
		p.finish()
		p.step, p.began, p.busy = step, time.Now(), true
	}
	switch {
	case p.lively:
		p.line = p.drawn(done, total)
		p.write(wipe + p.line)
	case fresh:
		p.write(step + " ...\n")
	case quarter > p.quarter && done < total:
		p.write(fmt.Sprintf("%s ... %d %%\n", step, 100*done/total))
	}
	if fresh || quarter > p.quarter {
		p.quarter = quarter
	}
}

// Steps is Show for callers that count in ints.
func (p *Progress) Steps(step string, done, total int) { p.Show(step, int64(done), int64(total)) }

// drawn returns the line that shows a step on a terminal.
func (p *Progress) drawn(done, total int64) string {
	if total <= 0 {
		return p.step + " ..."
	}
	const width = 24
	full := int(min(done, total) * width / total)
	return fmt.Sprintf("%s  [%s%s] %3d %%", p.step, strings.Repeat("#", full), strings.Repeat(".", width-full), 100*done/total)
}

// Done ends the last step.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
	p.step, p.busy = "", false
}

func (p *Progress) finish() {
	if p.step != "" && p.lively {
		p.write(fmt.Sprintf("%s%s  done in %.1f s\n", wipe, p.step, time.Since(p.began).Seconds()))
	}
	p.line = ""
}

func (p *Progress) write(text string) { _, _ = io.WriteString(p.out, text) }
