package studytest

import (
	"time"

	"vmstudy/study"
)

// SomeFound has a value in every field.
func SomeFound() study.Found {
	return study.Found{
		Browser: "Chrome 140", System: "Linux", Lacks: []string{"IndexedDB"}, Secure: true,
		Screen: study.Size{W: 1920, H: 1080}, Window: study.Size{W: 1280, H: 720}, Scale: 1.25, Pointer: study.FinePointer,
		RTT: 12 * time.Millisecond, Down: 95 * study.Mbps, Up: 9 * study.Mbps, Keyboard: "de", KeyboardBy: study.KeyboardByKeys,
	}
}

// testPreflight: what was found about a computer is stored with the first consent, or never.
func testPreflight(l *lab) {
	x := l.begun(l.people(l.published(OneTrial()).Study, false, 1)[0])
	l.wantEqual("what is found before consent", l.found(x.ID).Found, study.Found{})
	l.must(l.RecordConsentWith(l.ctx(), x.ID, false, SomeFound(), Noon))
	l.wantEqual("what was found", l.found(x.ID).Found, SomeFound())
	other := SomeFound()
	other.Keyboard = "fr"
	l.must(l.RecordConsentWith(l.ctx(), x.ID, false, other, Noon))
	l.wantEqual("what was found, after a second consent", l.found(x.ID).Found, SomeFound())

	y := l.begun(l.people(x.Study, false, 1)[0])
	l.must(l.RecordConsent(l.ctx(), y.ID, false, Noon))
	l.must(l.RecordConsentWith(l.ctx(), y.ID, false, other, Noon))
	l.wantEqual("what was found after a consent without", l.found(y.ID).Found, study.Found{})
}

// testRefusedComputers: of computers that were refused only their number is kept.
func testRefusedComputers(l *lab) {
	x := l.begun(l.people(l.published(OneTrial()).Study, false, 1)[0])
	refused := func() study.Refusals {
		all, err := l.RefusedComputers(l.ctx(), x.Study)
		l.must(err)
		return all
	}
	l.wantEqual("refusals at first", refused(), study.Refusals{})
	l.must(l.CountRefused(l.ctx(), x.Study, []study.Shortfall{study.LacksWindow, study.LacksUplink}))
	l.must(l.CountRefused(l.ctx(), x.Study, []study.Shortfall{study.LacksWindow}))
	l.wantEqual("refusals", refused(), study.Refusals{study.LacksWindow: 2, study.LacksUplink: 1})
	l.wantEqual("what is found of who was refused", l.found(x.ID).Found, study.Found{})
}
