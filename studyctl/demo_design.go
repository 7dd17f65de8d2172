package main

import (
	"time"

	"vmstudy/study"
)

// demoNetworks are the two networks of the demo study: a good and an ordinary mobile network, with the figures of a paper on
// streamed machines (vTube, SoCC 2013).
var demoNetworks = []study.NamedNetwork{
	{Name: "14.4 Mbps / 60 ms", Network: study.Network{
		Down: 14_400 * study.Kbps, Up: 14_400 * study.Kbps, RTT: 60 * time.Millisecond,
	}},
	{Name: "7.2 Mbps / 120 ms", Network: study.Network{
		Down: 7_200 * study.Kbps, Up: 7_200 * study.Kbps, RTT: 120 * time.Millisecond,
	}},
}

const demoConsent = `You are invited to try out a computer desktop that reaches you in different ways, and to tell us how it felt to use it. It takes about half an hour to three quarters of an hour.

You will do two small tasks, again and again: typing a sentence and recolouring part of a picture. After each you answer a few questions. It is the technology that is tested, not you: there are no right answers, and no task is meant to be hard.

What is recorded: when you pressed a key or a button (not which key), when the screen changed because of it, how each task ended, and what you answer. Your data carries a code and never your name.

You may rest whenever no task is running, and you may stop at any time without giving a reason.

By choosing "I agree" you say that you have read this, that you are at least 18 years old, and that you take part of your own free will.`

const demoThanks = `Thank you! You have done everything, and all your answers are saved.

You worked on desktops that were reached in three ways: running right here, streamed to this place while they ran, or running far away with only their screen sent. Please do not tell other participants about it before they have taken part.`

// demoDesign lays out the demo study on the tasks of its appliance: every method on every
// network and the local baseline, with each task, within subjects.
func demoDesign(appliance string, tasks []study.Task, seed uint64) study.Design {
	d := study.Design{
		Title:       study.Plain("How does a desktop feel over a network?"),
		Consent:     study.Plain(demoConsent),
		Thanks:      study.Plain(demoThanks),
		Appliance:   appliance,
		Methods:     study.UsualLevels(study.AccessMethods()...),
		Networks:    demoNetworks,
		About:       "about",
		Instruments: []string{"satisfaction", "annoyance", "tlx"},
		Order:       study.Williams,
		Seed:        seed,
		TrialLimit:  3 * time.Minute,
		PauseEvery:  4,
		SetUp:       10 * time.Minute,
	}
	for _, t := range tasks {
		if t.Practice {
			d.Practice = &t
		} else {
			d.Tasks = append(d.Tasks, t)
		}
	}
	return d
}
