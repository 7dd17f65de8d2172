package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/static"
	"vmstudy/web/visit"
)

// Limits of request bodies in bytes.
const (
	formLimit   = 64 << 10
	fileLimit   = document.MaxBundle + 64<<10 // for a bundle with what a form puts around it
	imageLimit  = study.MaxImageSize + 64<<10
	designLimit = 1 << 20 // for long texts, of which a form may encode each byte as three, and many networks with many phases
)

// routes is the table of contents of the web app: every URL is on this page.
func (s *Server) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.Public.Admit, s.Logged, page.Paced, s.Recovered, page.Guarded, s.SameOrigin, middleware.GetHead)
	r.NotFound(s.Handle(page.ShowNothing))
	r.MethodNotAllowed(s.Handle(page.ShowWrongMethod))

	r.Get("/", s.Handle(s.showHome))
	r.Get("/healthz", s.Handle(s.showHealth))
	r.Get("/readyz", s.Handle(s.showReady))
	r.Method("GET", "/static/*", http.StripPrefix("/static/", static.Handler()))

	r.With(page.BodyLimit(formLimit)).Group(func(r chi.Router) {
		r.Get("/signin", s.Handle(s.signIn.ShowSignIn))
		r.Post("/signin", s.Handle(s.signIn.SignIn))
		r.Post("/signout", s.Handle(s.signIn.SignOut))
	})
	r.Route("/lab", s.labRoutes)
	s.visitRoutes(r)
	return r
}

// labRoutes are the pages for experimenters.
func (s *Server) labRoutes(r chi.Router) {
	r.Use(s.signIn.SignedIn, s.audited)
	r.With(page.BodyLimit(fileLimit)).Post("/studies/import", s.Handle(s.lab.ImportStudy))
	r.With(page.BodyLimit(imageLimit)).Post("/studies/{study}/images", s.Handle(s.lab.AddImage))
	r.With(page.BodyLimit(designLimit)).Group(func(r chi.Router) {
		r.Get("/studies/new", s.Handle(s.lab.ShowNewDesign))
		r.Post("/studies/new", s.Handle(s.lab.CreateStudy))
		r.Get("/studies/{study}/design", s.Handle(s.lab.ShowDesign))
		r.Post("/studies/{study}/design", s.Handle(s.lab.SaveDesign))
		r.Post("/design/preview", s.Handle(s.lab.PreviewDesign))
		r.Get("/studies/{study}/questions", s.Handle(s.lab.ShowQuestionnaires))
		r.Get("/studies/{study}/questions/{questionnaire}", s.Handle(s.lab.ShowQuestionnaire))
		r.Post("/studies/{study}/questions/{questionnaire}", s.Handle(s.lab.SaveQuestionnaire))
		r.Post("/studies/{study}/questions/{questionnaire}/remove", s.Handle(s.lab.RemoveQuestionnaire))
		r.Get("/studies/{study}/questions/{questionnaire}/preview", s.Handle(s.lab.PreviewQuestionnaire))
	})
	r.With(page.BodyLimit(formLimit)).Group(func(r chi.Router) {
		r.Get("/", s.Handle(s.lab.ShowStudies))
		r.Get("/archived", s.Handle(s.lab.ShowArchived))
		r.Get("/day", s.Handle(s.lab.ShowDay))
		r.Get("/audit", s.Handle(s.lab.ShowAudit))
		r.Get("/audit.csv", s.Handle(s.lab.DownloadAudit))
		r.Get("/studies/{study}", s.Handle(s.lab.ShowStudy))
		r.Get("/studies/{study}/study.yaml", s.Handle(s.lab.DownloadDraft))
		r.Get("/studies/{study}/versions/{version}/study.yaml", s.Handle(s.lab.DownloadVersion))
		r.Get("/studies/{study}/study.zip", s.Handle(s.lab.DownloadDraftBundle))
		r.Get("/studies/{study}/versions/{version}/study.zip", s.Handle(s.lab.DownloadVersionBundle))
		r.Post("/studies/{study}/images/{name}/remove", s.Handle(s.lab.RemoveImage))
		r.Get("/images/{sha256}", s.Handle(s.lab.ShowImage))
		r.Get("/studies/{study}/preview", s.Handle(s.visits.ShowPreview))
		r.Get("/studies/{study}/preview/{place}", s.Handle(s.visits.ShowPreview))
		r.Post("/studies/{study}/preview/{place}/{form}", s.Handle(s.visits.PassPreview))
		r.Post("/studies/{study}/state", s.Handle(s.lab.SetState))
		r.Post("/studies/{study}/delete", s.Handle(s.lab.DeleteStudy))
		r.Post("/studies/{study}/copy", s.Handle(s.lab.CopyStudy))
		r.Get("/studies/{study}/publish", s.Handle(s.lab.ShowPublish))
		r.Post("/studies/{study}/publish", s.Handle(s.lab.Publish))
		r.Post("/studies/{study}/tasks", s.Handle(s.lab.TakeOver))
		r.Post("/studies/{study}/places", s.Handle(s.lab.ClosePlace))
		r.Get("/studies/{study}/participants", s.Handle(s.lab.ShowParticipants))
		r.Post("/studies/{study}/participants", s.Handle(s.lab.AddParticipants))
		r.Get("/studies/{study}/recruitment", s.Handle(s.lab.ShowRecruitment))
		r.Post("/studies/{study}/recruitment", s.Handle(s.lab.SaveRecruitment))
		r.Post("/studies/{study}/open-link", s.Handle(s.lab.ChangeOpenLink))
		r.Post("/studies/{study}/links", s.Handle(s.lab.ChangeLinks))
		r.Get("/studies/{study}/links/{sheet}", s.Handle(s.lab.ShowSheet))
		r.Get("/studies/{study}/links/{sheet}/print", s.Handle(s.lab.PrintSheet))
		r.Get("/studies/{study}/links/{sheet}/links.csv", s.Handle(s.lab.DownloadLinks))
		r.Get("/studies/{study}/links/{sheet}/letters.txt", s.Handle(s.lab.DownloadLetters))
		r.Post("/studies/{study}/participants/{participant}/group", s.Handle(s.lab.PutIntoGroup))
		r.Get("/studies/{study}/participants/{participant}", s.Handle(s.lab.ShowPerson))
		r.Post("/studies/{study}/participants/{participant}/withdraw", s.Handle(s.lab.WithdrawPerson))
		r.Get("/studies/{study}/appointments", s.Handle(s.lab.ShowAppointments))
		r.Post("/studies/{study}/appointments", s.Handle(s.lab.OfferSlots))
		r.Post("/studies/{study}/appointments/{slot}/remove", s.Handle(s.lab.RemoveSlot))
		r.Get("/studies/{study}/calibration", s.Handle(s.lab.ShowCalibrating))
		r.Post("/studies/{study}/calibrations", s.Handle(s.lab.StartCalibration))
		r.Get("/studies/{study}/calibrations/{calibration}", s.Handle(s.lab.ShowCalibration))
		r.Get("/studies/{study}/calibrations/{calibration}/report.json", s.Handle(s.lab.CalibrationJSON))
		r.Post("/studies/{study}/calibrations/{calibration}/stop", s.Handle(s.lab.StopCalibration))
		r.Get("/studies/{study}/results", s.Handle(s.lab.ShowResults))
		r.Get("/studies/{study}/results/files/{file}", s.Handle(s.lab.ResultsFile))
		r.Get("/studies/{study}/results/tests/{outcome}", s.Handle(s.lab.ShowTests))
		r.Get("/studies/{study}/download", s.Handle(s.lab.Download))
	})
	r.With(page.BodyLimit(formLimit)).Group(s.sessionRoutes)
}

// sessionRoutes are the pages for experimenters about single sessions.
func (s *Server) sessionRoutes(r chi.Router) {
	r.Get("/live", s.Handle(s.lab.ShowLive))
	r.Get("/live/cards", s.Handle(s.lab.ShowLiveCards))
	r.Get("/sessions/{session}/thumbnail", s.Handle(s.screens.ShowThumbnail))
	r.Get("/sessions/{session}/watch", s.Handle(s.lab.ShowWatch))
	r.Get("/sessions/{session}/card", s.Handle(s.lab.ShowLiveCard))
	r.Get("/sessions/{session}/screen", s.Handle(s.screens.ShowWatchedScreen))
	r.Post("/sessions/{session}/note", s.Handle(s.lab.SendNote))
	r.Post("/sessions/{session}/extend", s.Handle(s.lab.ExtendTask))
	r.Post("/sessions/{session}/end", s.Handle(s.lab.EndTask))
	r.Get("/sessions/{session}", s.Handle(s.lab.ShowSession))
	r.Post("/sessions/{session}/place", s.Handle(s.lab.RuleOnPlace))
	r.Get("/sessions/{session}/trials", s.Handle(s.lab.ShowTrials))
	r.Post("/sessions/{session}/trials/{trial}", s.Handle(s.lab.RuleOnTrial))
	r.Route("/sessions/{session}/attempts/{attempt}", func(r chi.Router) {
		r.Get("/recording", s.Handle(s.lab.ShowRecording))
		r.Get("/recording.fbs", s.Handle(s.lab.DownloadFBS))
		r.Post("/recording/delete", s.Handle(s.lab.DeleteRecording))
		r.Get("/video", s.Handle(s.lab.ShowVideo))
		r.Get("/video.mp4", s.Handle(s.lab.DownloadVideo))
		r.Post("/video/make", s.Handle(s.lab.MakeVideo))
		r.Post("/video/cancel", s.Handle(s.lab.CancelVideo))
		r.Get("/replay", s.Handle(s.lab.ShowReplay))
		r.Get("/replay.json", s.Handle(s.lab.ReplayIndex))
		r.Get("/replay.data", s.Handle(s.lab.ReplayData))
	})
}

// visitRoutes are the pages for participants, whom the personal link leads there.
func (s *Server) visitRoutes(r chi.Router) {
	r.With(page.BodyLimit(formLimit)).Group(func(r chi.Router) {
		r.Get("/stored", s.Handle(s.visits.ShowStored))
		r.Get("/p/{link}", s.Handle(s.visits.ShowWelcome))
		r.Get("/join/{link}", s.Handle(s.visits.ShowJoin))
		r.Post("/join/{link}", s.Handle(s.visits.Join))
		r.Get("/p/{link}/appointment.ics", s.Handle(s.visits.ShowCalendar))
		r.Post("/p/{link}/appointment", s.Handle(s.visits.BookSlot))
		r.Post("/p/{link}/begin", s.Handle(s.visits.BeginVisit))
		r.Get("/p/{link}/stop", s.Handle(s.visits.ShowStopByLink))
		r.Post("/p/{link}/stop", s.Handle(s.visits.StopByLink))

		r.Get(page.Visits, s.Handle(s.visits.FindVisit))
		r.Post(page.Visits+"/{form}", s.Handle(s.visits.RefuseOldForm))
	})
	r.Route(page.Visits+"/{session:[0-9]+}", func(r chi.Router) {
		r.With(page.BodyLimit(formLimit)).Group(func(r chi.Router) {
			r.Get("/", s.visits.Visit(s.visits.ShowVisit))
			r.Get("/images/{sha256}", s.visits.Visit(s.visits.ShowImage))
			r.Get("/stop", s.visits.Admitted(s.visits.ShowStop))
			r.Post("/stop", s.visits.Admitted(s.visits.Stop))
			r.Post("/language", s.visits.Visit(s.visits.ChooseLanguage))
			r.Post("/consent", s.visits.Submission(s.visits.Consent, study.StepConsent))
			r.Post("/answers", s.visits.Submission(s.visits.SaveAnswers, study.StepScreening, study.StepAbout, study.StepOpening, study.StepRate, study.StepClosing))
			r.Post("/continue", s.visits.Submission(s.visits.PassStep, study.StepPause, study.StepReturn))
			r.Post("/start", s.visits.Submission(s.visits.StartTrial, study.StepBrief))
			r.Post("/done", s.visits.Submission(s.visits.FinishTrial(study.SaidDone), study.StepDesktop))
			r.Post("/give-up", s.visits.Submission(s.visits.FinishTrial(study.GaveUp), study.StepDesktop))
		})
		r.With(page.BodyLimit(visit.EventsLimit)).Post("/batch", s.Handle(s.visits.SaveLeftBatch))
		r.Get("/screen", s.Handle(s.screens.ShowScreen))
		r.Get("/events", s.Handle(s.visits.ShowEvents))
	})
}
