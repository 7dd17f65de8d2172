package studytest

import (
	"time"

	"vmstudy/study"
)

// Design returns a small valid design that uses every part of a design: three methods, a named
// strategy, two networks and one task, which make five conditions, and practice, pauses and
// questions.
func Design() study.Design {
	return study.Design{
		Title:     study.Plain("Writing a letter from afar"),
		Consent:   study.Plain("You will use a computer that may be slow.\n\nYou may stop at any time."),
		Thanks:    study.Plain("Thank you. The results will be on the notice board in May."),
		Appliance: "editor",
		Methods:   study.StreamedBy(study.PlainLevels(study.AccessMethods()...), []study.Strategy{study.ClusterStrategy}, false),
		Networks: []study.NamedNetwork{
			{Name: "LAN", Network: study.Network{}},
			{Name: "3G", Network: study.Network{
				Down: 7_200 * study.Kbps, Up: 1_500 * study.Kbps, RTT: 120 * time.Millisecond,
				Jitter: 5 * time.Millisecond, Loss: 0.013, Queue: 100,
			}},
		},
		Tasks: []study.Task{{
			ID: "type", Title: study.Plain("Write a letter"), Instruction: study.Plain("Copy the letter on the left."), Goal: "letter.txt",
		}},
		Practice: &study.Task{
			ID: "try", Title: study.Plain("Look around"), Instruction: study.Plain("Move a window."), Goal: "moved", Practice: true,
		},
		About:       "about",
		Instruments: []string{"tlx", "satisfaction"},
		Order:       study.Williams,
		Seed:        1<<63 + 42, // larger than any signed 64-bit number
		TrialLimit:  3 * time.Minute,
		PauseEvery:  2,
		SetUp:       10 * time.Minute,
	}
}

// OneTrial returns the smallest design that can be conducted: one local trial without questions.
func OneTrial() study.Design {
	return study.Design{
		Title:      study.Plain("One look"),
		Consent:    study.Plain("You will look at a screen."),
		Appliance:  "editor",
		Methods:    study.PlainLevels(study.Local),
		Tasks:      []study.Task{{ID: "look", Title: study.Plain("Look"), Instruction: study.Plain("Look at the screen.")}},
		Order:      study.Latin,
		TrialLimit: time.Minute,
	}
}

// Bilingual returns the design in English and German. In German each text says that it is.
func Bilingual() study.Design {
	d := Design()
	d.Languages = []study.Language{"en", "de"}
	d = d.Settled()
	for _, w := range d.Wordings() {
		if text := w.In("en"); text != "" {
			*w = w.With("de", "Auf Deutsch: "+text)
		}
	}
	return d
}

// Noon is the time at which sample studies begin. Its fraction has six digits, which is as many as
// PostgreSQL stores.
var Noon = time.Date(2026, 3, 14, 12, 0, 0, 123_456_000, time.UTC)
