package web

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"vmstudy/study"
	"vmstudy/web/static"
)

// routes is the table of contents of the web app: every URL is on this page.
func (s *Server) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.public.admit, s.logged, paced, s.recovered, guarded, s.sameOrigin, middleware.GetHead)
	r.NotFound(s.page(s.showNothing))
	r.MethodNotAllowed(s.page(s.showWrongMethod))

	r.Get("/", s.page(s.showHome))
	r.Get("/healthz", s.page(s.showHealth))
	r.Method("GET", "/static/*", http.StripPrefix("/static/", static.Handler()))

	r.With(bodyLimit(formLimit)).Group(func(r chi.Router) {
		r.Get("/signin", s.page(s.showSignIn))
		r.Post("/signin", s.page(s.signIn))
		r.Post("/signout", s.page(s.signOut))
	})
	r.Route("/lab", s.labRoutes)
	s.visitRoutes(r)
	return r
}

// labRoutes are the pages for experimenters.
func (s *Server) labRoutes(r chi.Router) {
	r.Use(s.signedIn)
	r.With(bodyLimit(fileLimit)).Post("/studies/import", s.page(s.importStudy))
	r.With(bodyLimit(designLimit)).Group(func(r chi.Router) {
		r.Get("/studies/new", s.page(s.showNewDesign))
		r.Post("/studies/new", s.page(s.createStudy))
		r.Get("/studies/{study}/design", s.page(s.showDesign))
		r.Post("/studies/{study}/design", s.page(s.saveDesign))
		r.Post("/design/preview", s.page(s.previewDesign))
		r.Get("/studies/{study}/questions", s.page(s.showQuestionnaires))
		r.Get("/studies/{study}/questions/{questionnaire}", s.page(s.showQuestionnaire))
		r.Post("/studies/{study}/questions/{questionnaire}", s.page(s.saveQuestionnaire))
		r.Post("/studies/{study}/questions/{questionnaire}/remove", s.page(s.removeQuestionnaire))
		r.Get("/studies/{study}/questions/{questionnaire}/preview", s.page(s.previewQuestionnaire))
	})
	r.With(bodyLimit(formLimit)).Group(func(r chi.Router) {
		r.Get("/", s.page(s.showStudies))
		r.Get("/day", s.page(s.showDay))
		r.Get("/studies/{study}", s.page(s.showStudy))
		r.Get("/studies/{study}/study.yaml", s.page(s.downloadDraft))
		r.Get("/studies/{study}/versions/{version}/study.yaml", s.page(s.downloadVersion))
		r.Post("/studies/{study}/copy", s.page(s.copyStudy))
		r.Get("/studies/{study}/publish", s.page(s.showPublish))
		r.Post("/studies/{study}/publish", s.page(s.publish))
		r.Post("/studies/{study}/places", s.page(s.closePlace))
		r.Get("/studies/{study}/participants", s.page(s.showParticipants))
		r.Post("/studies/{study}/participants", s.page(s.addParticipants))
		r.Get("/studies/{study}/appointments", s.page(s.showAppointments))
		r.Post("/studies/{study}/appointments", s.page(s.offerSlots))
		r.Post("/studies/{study}/appointments/{slot}/remove", s.page(s.removeSlot))
		r.Get("/studies/{study}/calibration", s.page(s.showCalibrating))
		r.Post("/studies/{study}/calibrations", s.page(s.startCalibration))
		r.Get("/studies/{study}/calibrations/{calibration}", s.page(s.showCalibration))
		r.Get("/studies/{study}/calibrations/{calibration}/report.json", s.page(s.calibrationJSON))
		r.Post("/studies/{study}/calibrations/{calibration}/stop", s.page(s.stopCalibration))
		r.Get("/studies/{study}/results", s.page(s.showResults))
		r.Get("/studies/{study}/download", s.page(s.download))
		r.Get("/live", s.page(s.showLive))
		r.Get("/live/cards", s.page(s.showLiveCards))
		r.Get("/sessions/{session}/thumbnail", s.page(s.showThumbnail))
		r.Get("/sessions/{session}/watch", s.page(s.showWatch))
		r.Get("/sessions/{session}/card", s.page(s.showLiveCard))
		r.Get("/sessions/{session}/screen", s.page(s.showWatchedScreen))
		r.Post("/sessions/{session}/note", s.page(s.sendNote))
		r.Post("/sessions/{session}/extend", s.page(s.extendTask))
		r.Post("/sessions/{session}/end", s.page(s.endTask))
		r.Get("/sessions/{session}", s.page(s.showSession))
		r.Post("/sessions/{session}/place", s.page(s.ruleOnPlace))
		r.Get("/sessions/{session}/trials", s.page(s.showTrials))
		r.Route("/sessions/{session}/attempts/{attempt}", func(r chi.Router) {
			r.Get("/recording", s.page(s.showRecording))
			r.Get("/recording.fbs", s.page(s.downloadFBS))
			r.Post("/recording/delete", s.page(s.deleteRecording))
			r.Get("/video", s.page(s.showVideo))
			r.Get("/video.mp4", s.page(s.downloadVideo))
			r.Post("/video/make", s.page(s.makeVideo))
			r.Post("/video/cancel", s.page(s.cancelVideo))
			r.Get("/replay", s.page(s.showReplay))
			r.Get("/replay.json", s.page(s.replayIndex))
			r.Get("/replay.data", s.page(s.replayData))
		})
	})
}

// visitRoutes are the pages for participants, whom the personal link leads there.
func (s *Server) visitRoutes(r chi.Router) {
	r.With(bodyLimit(formLimit)).Group(func(r chi.Router) {
		r.Get("/p/{link}", s.page(s.showWelcome))
		r.Get("/p/{link}/appointment.ics", s.page(s.showCalendar))
		r.Post("/p/{link}/appointment", s.page(s.bookSlot))
		r.Post("/p/{link}/begin", s.page(s.beginVisit))

		r.Get(visits, s.page(s.findVisit))
		r.Post(visits+"/{form}", s.page(s.refuseOldForm))
	})
	r.Route(visits+"/{session:[0-9]+}", func(r chi.Router) {
		r.With(bodyLimit(formLimit)).Group(func(r chi.Router) {
			r.Get("/", s.visit(s.showVisit))
			r.Post("/consent", s.submission(s.consent, study.StepConsent))
			r.Post("/answers", s.submission(s.saveAnswers, study.StepAbout, study.StepRate, study.StepClosing))
			r.Post("/continue", s.submission(s.passStep, study.StepPause))
			r.Post("/start", s.submission(s.startTrial, study.StepBrief))
			r.Post("/done", s.submission(s.finishTrial(study.SaidDone), study.StepDesktop))
			r.Post("/give-up", s.submission(s.finishTrial(study.GaveUp), study.StepDesktop))
		})
		r.With(bodyLimit(eventsLimit)).Post("/batch", s.page(s.saveLeftBatch))
		r.Get("/screen", s.page(s.showScreen))
		r.Get("/events", s.page(s.showEvents))
	})
}

// visits is the common beginning of the paths of all visits.
const visits = "/visit"

// visitPath returns the path of a visit. The paths of all its pages, forms, lines and batches begin
// with it, so each of them names its session.
func visitPath(id study.SessionID) string { return fmt.Sprintf("%s/%d", visits, id) }

// linkPath is the path of a participant's personal link.
func linkPath(link string) string { return "/p/" + link }
