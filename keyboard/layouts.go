package keyboard

import "slices"

// layouts are the layouts that this package knows, by name.
var layouts = []*Layout{german, french, british, american}

// Layouts returns all layouts, by name.
func Layouts() []*Layout { return slices.Clone(layouts) }

// Named returns the layout of that name; nil if there is none, as for the empty name.
func Named(name string) *Layout {
	for _, l := range layouts {
		if l.Name == name {
			return l
		}
	}
	return nil
}

// The lines of a row are: plain, with Shift, with AltGr, with both. A dead key has ◌ before its accent, and is ◌ alone if
// it makes nothing that this package knows.

var american = Layout{Name: "us", Title: "English (US)", Decimal: '.'}.read([4][levels]string{
	{"` 1 2 3 4 5 6 7 8 9 0 - =", "~ ! @ # $ % ^ & * ( ) _ +"},
	{"q w e r t y u i o p [ ]", "Q W E R T Y U I O P { }"},
	{`a s d f g h j k l ; ' \`, `A S D F G H J K L : " |`},
	{"∅ z x c v b n m , . /", "∅ Z X C V B N M < > ?"},
})

var british = Layout{Name: "gb", Title: "English (UK)", Decimal: '.', Printed: "€¦"}.read([4][levels]string{
	{"` 1 2 3 4 5 6 7 8 9 0 - =", `¬ ! " £ $ % ^ & * ( ) _ +`, `| ¹ ² ³ € ½ ¾ { [ ] } \ ◌¸`, "| ¡ ⅛ £ ¼ ⅜ ⅝ ⅞ ™ ± ° ¿ ◌˛"},
	{"q w e r t y u i o p [ ]", "Q W E R T Y U I O P { }", "@ ſ e ¶ ŧ ← ↓ → ø þ ◌¨ ◌~", "Ω § E ® Ŧ ¥ ↑ ı Ø Þ ◌˚ ◌¯"},
	{"a s d f g h j k l ; ' #", "A S D F G H J K L : @ ~", "æ ß ð đ ŋ ħ ◌ ĸ ł ◌´ ◌^ ◌`", "Æ ẞ Ð ª Ŋ Ħ ◌ & Ł ◌˝ ◌ˇ ◌˘"},
	{`\ z x c v b n m , . /`, "| Z X C V B N M < > ?", "| « » ¢ „ “ ” µ • · ◌", "¦ < > © ‚ ‘ ’ º × ÷ ◌˙"},
})

var german = Layout{Name: "de", Title: "German", Decimal: ',', Printed: `²³{[]}\@€~|µ`}.read([4][levels]string{
	{"◌^ 1 2 3 4 5 6 7 8 9 0 ß ◌´", "° ! \" § $ % & / ( ) = ? ◌`", `′ ¹ ² ³ ¼ ½ ¬ { [ ] } \ ◌¸`, "″ ¡ ⅛ £ ¤ ⅜ ⅝ ⅞ ™ ± ° ¿ ◌˛"},
	{"q w e r t z u i o p ü +", "Q W E R T Z U I O P Ü *", "@ ſ € ¶ ŧ ← ↓ → ø þ ◌¨ ~", "Ω § € ® Ŧ ¥ ↑ ı Ø Þ ◌˚ ¯"},
	{"a s d f g h j k l ö ä #", "A S D F G H J K L Ö Ä '", "æ ſ ð đ ŋ ħ ◌ ĸ ł ◌˝ ◌^ ’", "Æ ẞ Ð ª Ŋ Ħ ◌˙ & Ł ◌ ◌ˇ ◌˘"},
	{"< y x c v b n m , . -", "> Y X C V B N M ; : _", "| » « ¢ „ “ ” µ · … –", "◌ › ‹ © ‚ ‘ ’ º × ÷ —"},
})

var french = Layout{Name: "fr", Title: "French", Decimal: '.', Printed: "~#{[|`\\^@]}€¤"}.read([4][levels]string{
	{`² & é " ' ( - è _ ç à ) =`, "~ 1 2 3 4 5 6 7 8 9 0 ° +", "¬ ¹ ~ # { [ | ` \\ ^ @ ] }", "¬ ¡ ⅛ £ $ ⅜ ⅝ ⅞ ™ ± ° ¿ ◌˛"},
	{"a z e r t y u i o p ◌^ $", "A Z E R T Y U I O P ◌¨ £", "æ « € ¶ ŧ ← ↓ → ø þ ◌¨ ¤", "Æ < ¢ ® Ŧ ¥ ↑ ı Ø Þ ◌˚ ◌¯"},
	{"q s d f g h j k l m ù *", "Q S D F G H J K L M % µ", "@ ß ð đ ŋ ħ ◌ ĸ ł µ ◌^ ◌`", "Ω ẞ Ð ª Ŋ Ħ ◌ & Ł º ◌ˇ ◌˘"},
	{"< w x c v b n , ; : !", "> W X C V B N ? . / §", "| ł » ¢ „ “ ” ◌´ • · ◌", "¦ Ł > © ‚ ‘ ’ ◌˝ × ÷ ◌˙"},
})
