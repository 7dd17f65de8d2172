package instrument

import (
	"iter"
	"slices"
)

// Wordings returns every text of the instrument that participants may read, empty ones too, with its path as in
// items[2].options[0].label. What is changed through the pointers is changed in the instrument.
func (in *Instrument) Wordings() iter.Seq2[string, *Wording] {
	return func(yield func(string, *Wording) bool) {
		all := wordingsIn{yield: yield}
		all.add("title", &in.Title)
		all.add("intro", &in.Intro)
		for i := range in.Items {
			in.Items[i].wordings(inList("items", i), &all)
		}
	}
}

func (it *Item) wordings(at string, all *wordingsIn) {
	all.add(at+".title", &it.Title)
	all.add(at+".text", &it.Text)
	all.add(at+".help", &it.Help)
	for j := range it.Options {
		all.add(inList(at+".options", j)+".label", &it.Options[j].Label)
	}
	all.add(at+".low", &it.Low)
	all.add(at+".high", &it.High)
	all.add(at+".unit", &it.Unit)
	for j := range it.Rows {
		row, at := &it.Rows[j], inList(at+".rows", j)
		all.add(at+".title", &row.Title)
		all.add(at+".text", &row.Text)
		all.add(at+".low", &row.Low)
		all.add(at+".high", &row.High)
	}
}

// wordingsIn hands wordings to an iteration until that has enough.
type wordingsIn struct {
	yield func(string, *Wording) bool
	done  bool
}

func (a *wordingsIn) add(at string, w *Wording) { a.done = a.done || !a.yield(at, w) }

// Speaking returns the instrument with all its texts in one language, as plain ones.
func (in Instrument) Speaking(l Language) Instrument {
	return in.reworded(func(w Wording) Wording { return Plain(w.In(l)) })
}

// Among returns the instrument with its texts in some languages only. If that is one, they are plain.
func (in Instrument) Among(languages []Language) Instrument {
	if len(languages) == 1 {
		return in.Speaking(languages[0])
	}
	return in.reworded(func(w Wording) Wording {
		if w.IsPlain() {
			return w
		}
		var some Wording
		for _, l := range languages {
			some = some.With(l, w[l])
		}
		return some
	})
}

// Clone returns a copy of the instrument whose texts can be changed without changing those of in.
func (in Instrument) Clone() Instrument {
	in.Items = slices.Clone(in.Items)
	for i := range in.Items {
		in.Items[i].Options, in.Items[i].Rows = slices.Clone(in.Items[i].Options), slices.Clone(in.Items[i].Rows)
	}
	return in
}

// reworded returns a copy of the instrument whose texts are what change makes of them.
func (in Instrument) reworded(change func(Wording) Wording) Instrument {
	in = in.Clone()
	for _, w := range in.Wordings() {
		*w = change(*w)
	}
	return in
}
