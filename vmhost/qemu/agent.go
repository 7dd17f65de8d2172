package qemu

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"

	"vmstudy/study"
)

// maxAgentLine is how many bytes a guest may say in one line. A guest that says more is broken or malicious.
const maxAgentLine = 512

// A Word is what the guest's agent says.
type Word struct {
	Verb string       // "ready", "begun", "complete" or "pages"
	Task study.TaskID // of begun and complete
	Data string       // of pages: a part of what the guest uses its memory for; empty at the end
}

// parseWord reads one line from a guest. Guests are not trusted: a line that is not exactly a word of the protocol is an
// error.
func parseWord(line string) (Word, error) {
	verb, task, _ := strings.Cut(line, " ")
	switch {
	case verb == "ready" && task == "":
		return Word{Verb: verb}, nil
	case (verb == "begun" || verb == "complete") && ValidID(task):
		return Word{Verb: verb, Task: study.TaskID(task)}, nil
	case verb == "pages":
		if data, err := base64.StdEncoding.DecodeString(task); err == nil {
			return Word{Verb: verb, Data: string(data)}, nil
		}
	}
	return Word{}, fmt.Errorf("agent said %.40q: not a word of the protocol", line)
}

// ValidID tells whether s may name a task or an appliance. Such names become parts of lines and of paths.
func ValidID(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '-' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// beginLine returns the line that tells an agent to begin t. The goal is written in base64, so that nothing in it can
// end the line.
func beginLine(t study.Task) string {
	return fmt.Sprintf("begin %s %s\n", t.ID, base64.StdEncoding.EncodeToString([]byte(t.Goal)))
}

// agentRate is how many bytes a second are read from a guest. An agent says some words in a trial, and a few hundred KB when it is asked
// for its pages. A guest that says more has to wait, and meanwhile costs this computer little.
const agentRate = 4 << 20

// hear calls say with each word of the agent until the connection ends. It ignores all other lines: a guest that says
// nonsense must not stop a trial.
func hear(agent io.Reader, say func(Word)) {
	var heard lines
	piece := make([]byte, 4<<10)
	for {
		n, err := agent.Read(piece)
		heard.take(piece[:n], func(line string) {
			if w, err := parseWord(line); err == nil {
				say(w)
			}
		})
		if err != nil {
			return
		}
		time.Sleep(time.Duration(n) * time.Second / agentRate)
	}
}

// lines puts together lines that come in pieces. It drops lines that are longer than maxAgentLine bytes, and a last line
// that does not end.
type lines struct {
	begun []byte // the line that has begun
	long  bool   // it is too long already
}

// take calls each with every line that p completes, without its line ending.
func (l *lines) take(p []byte, each func(line string)) {
	for len(p) > 0 {
		piece, rest, ended := bytes.Cut(p, []byte("\n"))
		p = rest
		if l.long = l.long || len(l.begun)+len(piece) > maxAgentLine; !l.long {
			l.begun = append(l.begun, piece...)
		}
		if !ended {
			return
		}
		if !l.long {
			each(string(bytes.TrimRight(l.begun, "\r")))
		}
		l.begun, l.long = l.begun[:0], false
	}
}
