package studytest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vmstudy/analysis"
	"vmstudy/study"
)

// TestStore checks everything that the comments of session.Store, web.Store and analysis.Source
// promise. open returns an empty store and the source of its exports.
func TestStore(t *testing.T, open func(t *testing.T) (Keeper, analysis.Source)) {
	for name, test := range map[string]func(*lab){
		"accounts sign in by password and by token":          testAccounts,
		"changing a password ends the logins":                testPasswordEndsLogins,
		"a role, an invitation and an owner":                 testStanding,
		"somebody administers, and disabling ends logins":    testAccountsChange,
		"nobody unblinds themselves by an invitation":        testNobodyUnblindsThemselves,
		"an invitation ends with its maker's right":          testInvitationsEndWithTheRight,
		"of links to a new password only the newest works":   testRenewals,
		"logins are seen, listed and ended":                  testLoginsAreSeen,
		"a token is made, used, listed and revoked":          testTokens,
		"a second factor is enrolled, used up and removed":   testSecondFactor,
		"each study has a key for codes of its own":          testBlindKeys,
		"a session belongs to a study":                       testStudyOfASession,
		"studies come back as they were saved":               testDrafts,
		"of two who save or publish the later is refused":    testStale,
		"a study is closed and archived":                     testOpenness,
		"images are kept under their hashes":                 testImages,
		"a draft without data is deleted":                    testDeleteStudy,
		"a published version is frozen":                      testPublish,
		"participants get fresh codes":                       testCodes,
		"links are made anew, revoked, and expire":           testRenewedLinks,
		"of links of the withdrawn only the newest works":    testLinksOfWhoHasWithdrawn,
		"people come from elsewhere":                         testRecruitment,
		"an open link lets in up to a number":                testOpenLinks,
		"who is turned away leaves room for others":          testOpenLinkAndScreening,
		"a link finds one person":                            testLinks,
		"a session lays out the plan of its sequence":        testLayout,
		"a search is laid out pair by pair":                  testSearch,
		"rulings in a search":                                testSearchRulings,
		"a session starts once":                              testSessionOnce,
		"places fill evenly and pilots do not count":         testBalance,
		"who comes at once gets the emptiest place":          testBalanceAtOnce,
		"who is gone gives the place back":                   testGivenBack,
		"a ruling is taken back, a withdrawal is not":        testRulings,
		"who is ruled out cannot go on":                      testRuledOut,
		"a trial is excluded and counts again":               testTrialRulings,
		"who withdraws has everything kept or erased":        testWithdrawals,
		"an address is said, changed and taken back":         testAddresses,
		"a mail waits until it is sent or fails":             testMails,
		"who withdraws gets no mail":                         testMailsOfWhoWithdraws,
		"the audit is a list that can be searched":           testAudit,
		"nobody gets what is closed":                         testClosed,
		"versions with the same plan fill the same places":   testSharedPlan,
		"what people do to places ends as it does in memory": testAlike,
		"a language is chosen before consent":                testLanguage,
		"people get into their groups":                       testGroups,
		"people are screened before they get a place":        testScreening,
		"a seat is newer than the last":                      testSeats,
		"sessions are open until they end":                   testOpenSessions,
		"a step that was passed stays passed":                testVisits,
		"the first rating stays":                             testRatings,
		"an attempt comes back as it was recorded":           testAttempt,
		"a trial keeps its streaming strategy":               testStrategy,
		"only one attempt counts":                            testOneAttempt,
		"states change in the allowed ways only":             testTransitions,
		"a restart interrupts what is in flight":             testInterrupt,
		"batches are kept once":                              testBatches,
		"batches that cannot be are refused":                 testBatchesRefused,
		"batches that come at once are kept once":            testBatchesAtOnce,
		"events are kept by time":                            testEvents,
		"consent says once whether to record":                testRecordConsent,
		"what a computer is comes with consent or never":     testPreflight,
		"computers that were refused are counted":            testRefusedComputers,
		"a recording comes back as it ended":                 testRecordings,
		"a deleted recording leaves its trace":               testDeleteRecording,
		"the first crisp answer is found":                    testFirstCrisp,
		"one attempt's interactions come by time":            testInteractionsOf,
		"recordings are exported with where they belong":     testExportRecordings,
		"a snapshot does not see what is written meanwhile":  testSnapshot,
		"inputs are summarised as they are":                  testInputs,
		"what passed a link is kept second by second":        testTraffic,
		"a calibration comes back as it ended":               testCalibrations,
		"a restart interrupts a calibration":                 testInterruptCalibrations,
		"a version knows how its networks were made":         testLinkWays,
		"slots do not overlap":                               testOffers,
		"machines limit the slots at one time":               testMachines,
		"a slot is booked by one":                            testBooking,
		"a booked slot stays":                                testRemove,
		"an appointment is moved, cancelled and missed":      testBookingFacts,
		"who comes without an appointment gets one":          testWalkIns,
		"an appointment is for one visit":                    testBookingsOfVisits,
		"an appointment for a further visit keeps the place": testLeaseOfAppointments,
		"who is out between visits gives a time back":        testWhoIsOutBetweenVisits,
		"who began early keeps the time through rulings":     testRulingsOfWhoBeganEarly,
		"how a study deals with appointments is kept":        testAppointing,
		"appointments end as they do in memory":              testBookingsAlike,
		"every export names the same condition":              testConditionsExported,
		"exports come whole and in order":                    testExport,
		"exports leave pilots out unless asked":              testExportPilots,
		"what people got is on record":                       testCompensations,
		"experimenters note moments":                         testNotes,
		"lists are read in parts":                            testParts,
		"experimenters keep networks":                        testSavedNetworks,
		"simulated participants are beside people":           testSimulated,
	} {
		t.Run(name, func(t *testing.T) {
			keeper, source := open(t)
			test(&lab{T: t, Keeper: keeper, source: source})
		})
	}
}

// lab is a store under test. Its methods end the test if a step fails that the test only prepares
// with.
type lab struct {
	*testing.T
	Keeper
	source analysis.Source
	links  int
}

func (l *lab) ctx() context.Context { return l.T.Context() }

// must fails the test if err is not nil.
func (l *lab) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// wantKind fails the test unless err is of the kind.
func (l *lab) wantKind(what string, err, kind error) {
	l.Helper()
	if !errors.Is(err, kind) {
		l.Errorf("%s: got error %v, want %v", what, err, kind)
	}
}

// wantEqual fails the test unless got and want are deeply equal. A nil list equals an empty one.
func (l *lab) wantEqual(what string, got, want any) {
	l.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		l.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// published returns a study with d as its first version.
func (l *lab) published(d study.Design) study.Version {
	l.Helper()
	id, err := l.CreateStudy(l.ctx(), 0, d, Noon)
	l.must(err)
	v, err := l.Publish(l.ctx(), id, 0, Noon)
	l.must(err)
	return v
}

func (l *lab) people(s study.StudyID, pilot bool, n int) []study.Participant {
	l.Helper()
	links := make([]string, n)
	for i := range links {
		l.links++
		links[i] = fmt.Sprintf("secret-%d", l.links)
	}
	people, err := l.AddParticipants(l.ctx(), s, pilot, links, Noon)
	l.must(err)
	return people
}

// begun returns the session of a participant who reads the consent page.
func (l *lab) begun(p study.Participant) study.Session {
	l.Helper()
	id, err := l.StartSession(l.ctx(), p.ID, Noon)
	l.must(err)
	return l.found(id)
}

// started returns the session of a participant who has consented.
func (l *lab) started(p study.Participant) study.Session {
	l.Helper()
	x := l.begun(p)
	l.must(l.RecordConsent(l.ctx(), x.ID, false, Noon))
	return l.found(x.ID)
}

func (l *lab) found(id study.SessionID) study.Session {
	l.Helper()
	s, err := l.Session(l.ctx(), id)
	l.must(err)
	return s
}

// visitor makes a study and a participant, and returns the session of the participant, who has consented.
func (l *lab) visitor(d study.Design) study.Session {
	l.Helper()
	return l.started(l.people(l.published(d).Study, false, 1)[0])
}

func (l *lab) opened(t study.Trial) study.Attempt {
	l.Helper()
	a, err := l.OpenAttempt(l.ctx(), study.Attempt{Trial: t.ID, AskedAt: Noon})
	l.must(err)
	return a
}

// turned records that attempt a goes into state next.
func (l *lab) turned(a study.Attempt, next study.AttemptState) study.Attempt {
	l.Helper()
	a.State = next
	if next == study.Finished {
		a.Outcome = study.Completed
	}
	l.must(l.RecordAttempt(l.ctx(), a, Noon, time.Second))
	return a
}
