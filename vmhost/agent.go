package vmhost

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"vmstudy/study"
)

// maxAgentLine bounds what a guest may say in one line. A guest that says more is broken or worse.
const maxAgentLine = 512

// A word of the agent's: what the guest says.
type word struct {
	Verb string       // "ready", "begun" or "complete"
	Task study.TaskID // empty for ready
}

// parseWord reads one line from a guest, which is not trusted: what is not exactly a word of the
// protocol is an error.
func parseWord(line string) (word, error) {
	verb, task, _ := strings.Cut(line, " ")
	switch {
	case verb == "ready" && task == "":
		return word{Verb: verb}, nil
	case (verb == "begun" || verb == "complete") && validID(task):
		return word{Verb: verb, Task: study.TaskID(task)}, nil
	}
	return word{}, fmt.Errorf("agent said %.40q: not a word of the protocol", line)
}

// validID tells whether s may name a task or an appliance: it travels in lines and in paths.
func validID(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '-' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// beginLine is the order to begin t. The goal travels in base64, so that nothing in it can end
// the line.
func beginLine(t study.Task) string {
	return fmt.Sprintf("begin %s %s\n", t.ID, base64.StdEncoding.EncodeToString([]byte(t.Goal)))
}

// hear hands each word of the agent to say until the connection ends. Lines that are no words
// are passed over: a guest may be clumsy, but must not stop a trial.
func hear(agent io.Reader, say func(word)) {
	lines := bufio.NewScanner(agent)
	lines.Buffer(make([]byte, maxAgentLine), maxAgentLine)
	for lines.Scan() {
		if w, err := parseWord(strings.TrimRight(lines.Text(), "\r")); err == nil {
			say(w)
		}
	}
}
