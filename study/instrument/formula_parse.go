package instrument

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of a formula.
const (
	maxFormula = 4000 // bytes
	maxDepth   = 50   // how many parentheses may stand within each other
)

// An expr is a formula, or a part of one.
type expr struct {
	at   int    // where it stands in the text, in bytes
	op   string // number, name, negative, one of + - * /, or the name of a function
	num  Decimal
	name string // as written; also of what is no name, such as the option 18_24
	args []*expr
}

// A flaw is what is wrong with a formula.
type flaw struct {
	at  int
	say string
}

func flawAt(at int, say string, args ...any) *flaw { return &flaw{at, fmt.Sprintf(say, args...)} }

// parser reads a formula by recursive descent:
//
//	sum     = product { ("+" | "-") product }
//	product = factor { ("*" | "/") factor }
//	factor  = "-" factor | "(" sum ")" | number | name | function "(" sum { "," sum } ")"
type parser struct {
	text  string
	at    int // where what has not been read begins
	depth int
	flaw  *flaw // the first that was found; reading goes on to the end without effect
}

// parseFormula reads a formula. The expr is nil if there is a flaw.
func parseFormula(text string) (*expr, *flaw) {
	if len(text) > maxFormula {
		return nil, flawAt(0, "a formula of %d characters is too long: at most %d are possible", len(text), maxFormula)
	}
	p := &parser{text: text}
	e := p.sum()
	if next := p.peek(); p.flaw == nil && next != "" {
		p.fail("%q is not expected here", next)
	}
	if p.flaw != nil {
		return nil, p.flaw
	}
	return e, nil
}

func (p *parser) fail(say string, args ...any) *expr {
	if p.flaw == nil {
		p.flaw = flawAt(p.at, say, args...)
	}
	p.at = len(p.text) // ends all loops
	return &expr{op: "number"}
}

const ofWords = "abcdefghijklmnopqrstuvwxyz0123456789_."

// peek returns the next word, number or sign, and "" at the end.
func (p *parser) peek() string {
	p.at = len(p.text) - len(strings.TrimLeft(p.text[p.at:], " \t\n"))
	rest := p.text[p.at:]
	if word := rest[:len(rest)-len(strings.TrimLeft(rest, ofWords))]; word != "" {
		return word
	}
	for _, r := range rest {
		return string(r)
	}
	return ""
}

// take reads the next token if it is one of these.
func (p *parser) take(tokens ...string) (token string, at int, ok bool) {
	token = p.peek()
	if token == "" || !slices.Contains(tokens, token) {
		return "", p.at, false
	}
	at = p.at
	p.at += len(token)
	return token, at, true
}

func (p *parser) sum() *expr     { return p.chain(p.product, "+", "-") }
func (p *parser) product() *expr { return p.chain(p.factor, "*", "/") }

// chain reads operands with signs between them, which bind to the left.
func (p *parser) chain(operand func() *expr, signs ...string) *expr {
	e := operand()
	for {
		sign, at, ok := p.take(signs...)
		if !ok {
			return e
		}
		e = &expr{at: at, op: sign, args: []*expr{e, operand()}}
	}
}

func (p *parser) factor() *expr {
	if p.depth++; p.depth > maxDepth {
		return p.fail("more than %d parentheses stand within each other", maxDepth)
	}
	defer func() { p.depth-- }()
	if _, at, ok := p.take("-"); ok {
		return &expr{at: at, op: "negative", args: []*expr{p.factor()}}
	}
	if _, _, ok := p.take("("); ok {
		e := p.sum()
		if _, _, closed := p.take(")"); !closed {
			p.fail("a closing parenthesis is missing")
		}
		return e
	}
	word := p.peek()
	if strings.Trim(word, ofWords) != "" || word == "" {
		return p.fail("a number, a name or a parenthesis is missing")
	}
	e := &expr{at: p.at, name: word, op: "name"}
	p.at += len(word)
	if num, ok := ParseDecimal(word); ok {
		e.op, e.num = "number", num
	}
	if _, _, call := p.take("("); call {
		return p.call(e)
	}
	return e
}

// call reads the arguments of a function, whose name and opening parenthesis have been read.
func (p *parser) call(e *expr) *expr {
	f, known := functions[e.name]
	if !known {
		p.at = e.at
		return p.fail("%q is no function; there are %s", e.name, strings.Join(functionNames(), ", "))
	}
	e.op = e.name
	for {
		e.args = append(e.args, p.sum())
		if _, _, more := p.take(","); !more {
			break
		}
	}
	if _, _, closed := p.take(")"); !closed {
		return p.fail("%s(…) is not closed", e.op)
	}
	if n := len(e.args); n < f.least || f.most > 0 && n > f.most || f.pairs && n%2 != 0 {
		p.at = e.at
		return p.fail("%s takes %s", e.op, f.takes)
	}
	return e
}

// A function can stand in a formula.
type function struct {
	least, most int // arguments; most 0 is any number
	pairs       bool
	takes       string // the arguments in words
	questions   int    // from which argument on they are names of questions; -1 if they are numbers
}

var functions = map[string]function{
	"mean":          {least: 1, takes: "numbers", questions: -1},
	"sum":           {least: 1, takes: "numbers", questions: -1},
	"min":           {least: 1, takes: "numbers", questions: -1},
	"max":           {least: 1, takes: "numbers", questions: -1},
	"weighted_mean": {least: 2, pairs: true, takes: "a value and its weight, in turn", questions: -1},
	"reversed":      {least: 1, most: 1, takes: "the name of one question", questions: 0},
	"count":         {least: 1, takes: "names of questions", questions: 0},
	"times":         {least: 2, takes: "an answer, and the names of questions that have it", questions: 1},
}

func functionNames() []string {
	var names []string
	for name := range functions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
