package keyboard

import "unicode"

// composed lists what dead keys make: each accent with the letters that it changes, and what they become, in the same
// order. Unicode, names of the letters; of X's compose rules (en_US.UTF-8/Compose) those of letters of Latin scripts.
var composed = map[rune][2]string{
	'^': {"aeiouAEIOUcghjswyCGHJSWY", "âêîôûÂÊÎÔÛĉĝĥĵŝŵŷĈĜĤĴŜŴŶ"},
	'´': {"aeiouyAEIOUYclnrszCLNRSZ", "áéíóúýÁÉÍÓÚÝćĺńŕśźĆĹŃŔŚŹ"},
	'`': {"aeiouAEIOUnwyNWY", "àèìòùÀÈÌÒÙǹẁỳǸẀỲ"},
	'¨': {"aeiouyAEIOUY", "äëïöüÿÄËÏÖÜŸ"},
	'~': {"anoiuANOIU", "ãñõĩũÃÑÕĨŨ"},
	'¸': {"cstCSTgklnrGKLNR", "çşţÇŞŢģķļņŗĢĶĻŅŖ"},
	'˛': {"aeiuAEIU", "ąęįųĄĘĮŲ"},
	'˚': {"auAU", "åůÅŮ"},
	'˝': {"ouOU", "őűŐŰ"},
	'ˇ': {"cdelnrstzCDELNRSTZ", "čďěľňřšťžČĎĚĽŇŘŠŤŽ"},
	'˘': {"agiouAGIOU", "ăğĭŏŭĂĞĬŎŬ"},
	'¯': {"aeiouAEIOU", "āēīōūĀĒĪŌŪ"},
	'˙': {"cegzICEGZ", "ċėġżİĊĖĠŻ"},
}

// compose returns what the accent of a dead key makes of a sign. ok is false if it makes nothing of it.
func compose(accent, base rune) (sign rune, ok bool) {
	if base == ' ' || base == accent {
		return accent, accent != 0
	}
	of := composed[accent]
	into := []rune(of[1])
	for i, r := range []rune(of[0]) {
		if r == base {
			return into[i], true
		}
	}
	return 0, false
}

// parts are a dead key's accent and what it changes into a sign.
type parts struct{ accent, base rune }

// made maps each sign that dead keys make to its parts. An accent by itself is made with the space bar.
var made = func() map[rune][]parts {
	all := map[rune][]parts{}
	for accent, of := range composed {
		all[accent] = append(all[accent], parts{accent, ' '})
		into := []rune(of[1])
		for i, base := range []rune(of[0]) {
			all[into[i]] = append(all[into[i]], parts{accent, base})
		}
	}
	return all
}()

func partsOf(sign rune) []parts { return made[sign] }

// pair reports whether the second mark is the capital of the first.
func pair(small, capital mark) bool {
	return small != capital && unicode.IsLetter(small.sign) && unicode.ToUpper(small.sign) == capital.sign && !small.dead
}
