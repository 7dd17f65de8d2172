package document

import (
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// factorWord is the name of a factor: a plain word if every study has the factor, or if it is that between people.
var factorWord = func() codec[study.Factor] {
	c := text[study.Factor]()
	always := words(append(study.Factors(), study.GroupFactor)...)
	return codec[study.Factor]{
		write: func(f study.Factor) node {
			for _, w := range always {
				if w.value == f {
					return plain(w.text)
				}
			}
			return c.write(f)
		},
		read: c.read, schema: c.schema,
	}
}()

// wordOr returns the codec of a value that is a plain word where bare says that it has nothing but a name, and an object
// otherwise.
func wordOr[T any](name func(*T) *string, bare func(T) bool, c codec[T]) codec[T] {
	word := text[string]()
	return codec[T]{
		write: func(v T) node {
			if bare(v) {
				return word.write(*name(&v))
			}
			return c.write(v)
		},
		read: func(r *reader, at string, n node, into *T) {
			if n.kind == scalar {
				word.read(r, at, n, name(into))
				return
			}
			c.read(r, at, n, into)
		},
		schema: func() schema { return schema{"anyOf": []schema{word.schema(), c.schema()}} },
	}
}

type level = study.FreeLevel

var levelCodec = wordOr(func(l *level) *string { return &l.Name }, func(l level) bool { return l.Label == "" && l.Shown.Empty() && l.Told == "" },
	objectOf(
		must(in("name", func(l *level) *string { return &l.Name }, text[string](), "What the level is called in the data.")),
		in("label", func(l *level) *string { return &l.Label }, text[string](), "What experimenters see in place of the name."),
		said("shown", func(l *level) *wording { return &l.Shown }, "What the participant reads before a trial with this level."),
		in("told", func(l *level) *string { return &l.Told }, text[string](), "What the experimenter reads while they look after such a trial."),
	))

var crossingFields = []field[study.Crossing]{
	all("methods", func(x *study.Crossing) *[]string { return &x.Methods }, text[string](), study.MaxLevels, "Some levels of the access method, by their names; all if it is left out."),
	all("networks", func(x *study.Crossing) *[]string { return &x.Networks }, text[string](), study.MaxLevels, "Some of the networks."),
	all("tasks", func(x *study.Crossing) *[]string { return &x.Tasks }, text[string](), study.MaxLevels, "Some of the tasks."),
}

var factorCodec = objectOf(
	must(in("name", func(x *study.FreeFactor) *string { return &x.Name }, text[string](), "What the factor is called in the data; lower-case letters, digits and underscores.")),
	must(all("levels", func(x *study.FreeFactor) *[]study.FreeLevel { return &x.Levels }, levelCodec, study.MaxLevels, "Its levels. A level without texts is a plain word.")),
	fieldOf("only", func(x *study.FreeFactor) *study.Crossing { return &x.Only }, objectOf(crossingFields...), study.Crossing.Empty,
		"The conditions that the factor is crossed with. The others stand once, with the level none."),
)

var formCodec = objectOf(
	must(in("name", func(f *study.Form) *string { return &f.Name }, text[string](), "What the form is called in the data, as in A.")),
	said("title", func(f *study.Form) *wording { return &f.Title }, "In place of the task's."),
	said("instruction", func(f *study.Form) *wording { return &f.Instruction }, "In place of the task's."),
	in("goal", func(f *study.Form) *string { return &f.Goal }, text[string](), "In place of the task's."),
)

var insteadCodec = objectOf(
	must(in("task", func(i *study.Instead) *string { return &i.Task }, text[string](), "The task.")),
	must(said("instruction", func(i *study.Instead) *wording { return &i.Instruction }, "What this group reads.")),
)

type group = study.Group

var groupCodec = func() codec[group] {
	fields := []field[group]{
		must(in("name", func(g *group) *string { return &g.Name }, text[string](), "What the group is called in the data.")),
		in("title", func(g *group) *string { return &g.Title }, text[string](), "What it is, for experimenters."),
		all("codes", func(g *group) *[]string { return &g.Codes }, text[string](), 1000, "The participants who belong to the group, by their codes."),
		perhaps("answered", func(g *group) **instrument.When { return &g.Answered }, answeredCodec, "Who answers a question about themselves so belongs to the group."),
		in("by_hand", func(g *group) *bool { return &g.ByHand }, flag(), "Only an experimenter puts people into the group."),
	}
	for _, f := range crossingFields {
		fields = append(fields, field[group]{
			name: f.name, about: "What its people meet of the levels. " + f.about, schema: f.schema,
			write: func(g group) node { return f.write(g.Crossing) },
			read:  func(r *reader, at string, n node, into *group) { f.read(r, at, n, &into.Crossing) },
		})
	}
	return objectOf(append(fields,
		said("consent", func(g *group) *wording { return &g.Consent }, "In place of the study's."),
		said("thanks", func(g *group) *wording { return &g.Thanks }, "In place of the study's."),
		all("instructions", func(g *group) *[]study.Instead { return &g.Instructions }, insteadCodec, study.MaxLevels, "In place of the tasks'."),
	)...)
}()
