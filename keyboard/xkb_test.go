package keyboard

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const xkbSymbols = "/usr/share/X11/xkb/symbols/"

// xkb reads a variant of a layout as X has it: names of signs by key names, for the levels that it says.
func xkb(t *testing.T, file, variant string, into map[string][]string) {
	t.Helper()
	text, err := os.ReadFile(xkbSymbols + file)
	if err != nil {
		lacks(t, "the layouts of X (xkb-data)", err)
	}
	whole := regexp.MustCompile(`//[^\n]*`).ReplaceAllString(string(text), "")
	_, rest, found := strings.Cut(whole, `xkb_symbols "`+variant+`"`)
	if !found {
		t.Fatalf("%s has no %s", file, variant)
	}
	body, _, _ := strings.Cut(rest, "\n};")
	statement := regexp.MustCompile(`include "(\w+)(?:\((\w+)\))?"|key <(\w+)>\s*\{[^[]*(?:symbols\[Group1\]=\s*)?\[([^\]]*)\]`)
	for _, m := range statement.FindAllStringSubmatch(strings.ReplaceAll(body, "[Group1]", ""), -1) {
		switch {
		case m[1] == "level3" || m[1] == "kpdl":
		case m[1] != "":
			v := m[2]
			if v == "" {
				v = "basic"
			}
			xkb(t, m[1], v, into)
		default:
			var signs []string
			for s := range strings.SplitSeq(m[4], ",") {
				signs = append(signs, strings.TrimSpace(s))
			}
			into[m[3]] = signs
		}
	}
}

// lacks skips a test that needs something, or lets it fail if the tests of this run must not be skipped.
func lacks(t *testing.T, what string, err error) {
	t.Helper()
	if os.Getenv("STUDYCTL_REQUIRE") != "" {
		t.Fatalf("this computer lacks %s: %v", what, err)
	}
	t.Skipf("this computer lacks %s: %v", what, err)
}

// xNames are the names of X of signs that are neither letters nor digits, from keysymdef.h.
var xNames = func() map[string]mark {
	all := map[string]mark{}
	for sign, name := range map[rune]string{
		'`': "grave", '~': "asciitilde", '!': "exclam", '@': "at", '#': "numbersign", '$': "dollar", '%': "percent", '^': "asciicircum", '&': "ampersand",
		'*': "asterisk", '(': "parenleft", ')': "parenright", '-': "minus", '_': "underscore", '=': "equal", '+': "plus", '[': "bracketleft", '{': "braceleft",
		']': "bracketright", '}': "braceright", ';': "semicolon", ':': "colon", '\'': "apostrophe", '"': "quotedbl", '\\': "backslash", '|': "bar",
		',': "comma", '<': "less", '.': "period", '>': "greater", '/': "slash", '?': "question", '¬': "notsign", '£': "sterling", '€': "EuroSign", '¦': "brokenbar",
		'°': "degree", '§': "section", 'ß': "ssharp", 'ü': "udiaeresis", 'Ü': "Udiaeresis", 'ö': "odiaeresis", 'Ö': "Odiaeresis", 'ä': "adiaeresis", 'Ä': "Adiaeresis",
		'²': "twosuperior", '³': "threesuperior", '¹': "onesuperior", 'é': "eacute", 'è': "egrave", 'ç': "ccedilla", 'à': "agrave", 'ù': "ugrave", 'µ': "mu",
		'¡': "exclamdown", '⅛': "oneeighth", '¼': "onequarter", '½': "onehalf", '¾': "threequarters", '⅜': "threeeighths", '⅝': "fiveeighths", '⅞': "seveneighths",
		'™': "trademark", '±': "plusminus", '¿': "questiondown", 'Ω': "Greek_OMEGA", '¶': "paragraph", '®': "registered", 'ŧ': "tslash", 'Ŧ': "Tslash", '←': "leftarrow",
		'¥': "yen", '↓': "downarrow", '↑': "uparrow", '→': "rightarrow", 'ı': "idotless", 'ø': "oslash", 'Ø': "Ooblique", 'þ': "thorn", 'Þ': "THORN", 'æ': "ae", 'Æ': "AE",
		'ð': "eth", 'Ð': "ETH", 'đ': "dstroke", 'ª': "ordfeminine", 'ŋ': "eng", 'Ŋ': "ENG", 'ħ': "hstroke", 'Ħ': "Hstroke", 'ĸ': "kra", 'ł': "lstroke", 'Ł': "Lstroke",
		'«': "guillemotleft", '»': "guillemotright", '¢': "cent", '©': "copyright", '„': "doublelowquotemark", '‚': "singlelowquotemark", '“': "leftdoublequotemark",
		'‘': "leftsinglequotemark", '”': "rightdoublequotemark", '’': "rightsinglequotemark", 'º': "masculine", '×': "multiply", '·': "periodcentered", '÷': "division",
		'–': "endash", '—': "emdash", '¤': "currency", '¯': "macron",
	} {
		all[name] = mark{sign: sign}
	}
	for accent, name := range map[rune]string{
		'^': "circumflex", '´': "acute", '`': "grave", '¨': "diaeresis", '~': "tilde", '¸': "cedilla", '˛': "ogonek", '˚': "abovering", '˝': "doubleacute",
		'ˇ': "caron", '˘': "breve", '¯': "macron", '˙': "abovedot",
	} {
		all["dead_"+name] = mark{sign: accent, dead: true}
	}
	return all
}()

// markOfX returns what a name of X means.
func markOfX(name string) (mark, bool) {
	if m, ok := xNames[name]; ok {
		return m, true
	}
	if r := []rune(name); len(r) == 1 {
		return mark{sign: r[0]}, true
	}
	if hex, ok := strings.CutPrefix(name, "U"); ok {
		if n, err := strconv.ParseInt(hex, 16, 32); err == nil {
			return mark{sign: rune(n)}, true
		}
	}
	return mark{dead: true}, strings.HasPrefix(name, "dead_")
}

func TestTheLayoutsAreThoseOfX(t *testing.T) {
	names := [4][]string{
		strings.Fields("TLDE AE01 AE02 AE03 AE04 AE05 AE06 AE07 AE08 AE09 AE10 AE11 AE12"),
		strings.Fields("AD01 AD02 AD03 AD04 AD05 AD06 AD07 AD08 AD09 AD10 AD11 AD12"),
		strings.Fields("AC01 AC02 AC03 AC04 AC05 AC06 AC07 AC08 AC09 AC10 AC11 BKSL"),
		strings.Fields("LSGT AB01 AB02 AB03 AB04 AB05 AB06 AB07 AB08 AB09 AB10"),
	}
	for _, l := range Layouts() {
		keys := map[string][]string{"LSGT": {"less", "greater", "bar", "brokenbar"}} // of pc(pc105)
		xkb(t, l.Name, "basic", keys)
		if len(keys) < 47 {
			t.Fatalf("%s has %v", l.Name, slices.Collect(maps.Keys(keys)))
		}
		for i, row := range names {
			for j, name := range row {
				if l == american && name == "LSGT" {
					continue // no US keyboard has this key
				}
				for level := range min(Level(len(keys[name])), levels) {
					want, known := markOfX(keys[name][level])
					if got := l.at(rows[i][j], level); got != want || !known {
						t.Errorf("%s, %s, level %d: %q (dead %v), X has %s", l.Name, name, level, got.sign, got.dead, keys[name][level])
					}
				}
			}
		}
	}
}
