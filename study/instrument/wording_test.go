package instrument

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestALanguageIsATag(t *testing.T) {
	for l, want := range map[Language]bool{
		"de": true, "pt-BR": true, "zh-Hans": true, "sr-Latn-RS": true, "es-419": true, "yue": true,
		"": false, "DE": false, "de-de": false, "de_DE": false, "german": false, "d": false, "de-": false, "en\n": false,
	} {
		if got := l.Valid(); got != want {
			t.Errorf("%q is a language: %v, want %v", l, got, want)
		}
	}
}

func TestAWordingSpeaksItsLanguages(t *testing.T) {
	tests := map[string]struct {
		w      Wording
		de, en string
		plain  bool
	}{
		"nothing":         {nil, "", "", true},
		"one language":    {Plain("Hallo"), "Hallo", "Hallo", true},
		"two languages":   {Wording{"de": "Hallo", "en": "Hello"}, "Hallo", "Hello", false},
		"one is missing":  {Wording{"de": "Hallo"}, "Hallo", "", false},
		"ends of a scale": {between(Wording{"de": "nie", "en": "never"}, Wording{"de": "oft", "en": "often"}), "nie – oft", "never – often", false},
		"plain ends":      {between(Plain("0"), Plain("9")), "0 – 9", "0 – 9", true},
		"one end plain":   {between(Plain("0"), Wording{"de": "viel"}), "0 – viel", "", false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if de, en := tc.w.In("de"), tc.w.In("en"); de != tc.de || en != tc.en || tc.w.IsPlain() != tc.plain {
				t.Errorf("German %q, English %q, plain %v; want %q, %q, %v", de, en, tc.w.IsPlain(), tc.de, tc.en, tc.plain)
			}
		})
	}
}

func TestAWordingThatIsChangedLeavesTheOldOneAlone(t *testing.T) {
	old := Wording{"de": "Hallo"}
	if now := old.With("en", "Hello"); len(old) != 1 || len(now) != 2 {
		t.Errorf("the old one is %v, the new one %v", old, now)
	}
	if now := old.With("de", ""); now != nil || len(old) != 1 {
		t.Errorf("without its only text it is %v, and was %v", now, old)
	}
}

func TestAnInstrumentInOneLanguageIsAsIfItNeverHadOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		both := in.Clone()
		for _, w := range both.Wordings() {
			if text := w.In(""); text != "" {
				*w = Wording{"en": text, "de": "auf Deutsch " + text}
			}
		}
		if diff := cmp.Diff(in, both.Speaking("en")); diff != "" {
			t.Fatalf("in English (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(both, both.Among([]Language{"en", "de"})); diff != "" {
			t.Fatalf("in its languages (-want +got):\n%s", diff)
		}
		if faults := both.Check(); len(faults) > 0 {
			t.Fatalf("%v", faults)
		}
	})
}

func TestFaultsOfATextNameItsLanguage(t *testing.T) {
	in := mood()
	in.Title = Wording{"en": "Mood", "de": " ", "Deutsch": "Stimmung"}
	var got []string
	for _, f := range in.Check() {
		got = append(got, f.At)
	}
	if diff := cmp.Diff([]string{"title.Deutsch", "title.de"}, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
