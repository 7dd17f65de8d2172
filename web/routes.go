package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/api"
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
		r.Get("/signin/code", s.Handle(s.signIn.ShowCode))
		r.Post("/signin/code", s.Handle(s.signIn.SignInWithCode))
		r.Post("/signout", s.Handle(s.signIn.SignOut))
		r.Get("/invited/{token}", s.Handle(s.signIn.ShowInvitation))
		r.Post("/invited/{token}", s.Handle(s.signIn.TakeInvitation))
	})
	r.Route("/lab", s.labRoutes)
	r.Route("/api/v1", s.apiRoutes)
	s.visitRoutes(r)
	return r
}

// labRoutes are the pages for experimenters. Each says which right it needs; see admitted.
func (s *Server) labRoutes(r chi.Router) {
	r.Use(s.signIn.SignedIn, s.admitted, s.audited)
	lab := routes{s, r, "/lab"}
	lab.limited(fileLimit).post("/studies/import", study.SignedIn, s.lab.ImportStudy)
	lab.limited(imageLimit).post("/studies/{study}/images", study.Change, s.lab.AddImage)
	lab.group(designLimit, func(r routes) {
		r.get("/studies/new", study.SignedIn, s.lab.ShowNewDesign)
		r.post("/studies/new", study.SignedIn, s.lab.CreateStudy)
		r.get("/studies/{study}/design", study.See, s.lab.ShowDesign)
		r.post("/studies/{study}/design", study.Change, s.lab.SaveDesign)
		r.get("/studies/{study}/power", study.See, s.lab.ShowPower)
		r.post("/design/preview", study.SignedIn, s.lab.PreviewDesign)
		r.get("/studies/{study}/questions", study.See, s.lab.ShowQuestionnaires)
		r.get("/studies/{study}/questions/{questionnaire}", study.See, s.lab.ShowQuestionnaire)
		r.post("/studies/{study}/questions/{questionnaire}", study.Change, s.lab.SaveQuestionnaire)
		r.post("/studies/{study}/questions/{questionnaire}/remove", study.Change, s.lab.RemoveQuestionnaire)
		r.get("/studies/{study}/questions/{questionnaire}/preview", study.See, s.lab.PreviewQuestionnaire)
	})
	lab.group(formLimit, func(r routes) {
		r.get("/", study.SignedIn, s.lab.ShowStudies)
		r.get("/archived", study.SignedIn, s.lab.ShowArchived)
		r.get("/day", study.SignedIn, s.lab.ShowDay)
		r.get("/audit", study.Administer, s.lab.ShowAudit)
		r.get("/audit.csv", study.Administer, s.lab.DownloadAudit)
		r.get("/networks", study.SignedIn, s.lab.ShowNetworks)
		r.post("/networks/{network}/remove", study.SignedIn, s.lab.RemoveNetwork)
		r.get("/account", study.SignedIn, s.signIn.ShowAccount)
		r.post("/account/password", study.SignedIn, s.signIn.ChangePassword)
		r.post("/account/logins", study.SignedIn, s.signIn.EndLogin)
		r.get("/account/tokens", study.SignedIn, s.signIn.ShowTokens)
		r.post("/account/tokens", study.SignedIn, s.signIn.MakeToken)
		r.post("/account/tokens/revoke", study.SignedIn, s.signIn.RevokeToken)
		r.get("/account/second-factor", study.SignedIn, s.signIn.ShowSecondFactor)
		r.post("/account/second-factor", study.SignedIn, s.signIn.EnrolSecondFactor)
		r.post("/account/second-factor/remove", study.SignedIn, s.signIn.RemoveSecondFactor)
		r.get("/accounts", study.Administer, s.lab.ShowAccounts)
		r.post("/accounts", study.Administer, s.lab.InviteAccount)
		r.post("/accounts/{account}", study.Administer, s.lab.ChangeAccount)
		r.get("/studies/{study}", study.See, s.lab.ShowStudy)
		r.get("/studies/{study}/members", study.Manage, s.lab.ShowMembers)
		r.post("/studies/{study}/members", study.Manage, s.lab.ChangeMember)
		r.post("/studies/{study}/members/invite", study.Manage, s.lab.InviteMember)
		r.get("/studies/{study}/study.yaml", study.See, s.lab.DownloadDraft)
		r.get("/studies/{study}/versions/{version}/study.yaml", study.See, s.lab.DownloadVersion)
		r.get("/studies/{study}/study.zip", study.See, s.lab.DownloadDraftBundle)
		r.get("/studies/{study}/versions/{version}/study.zip", study.See, s.lab.DownloadVersionBundle)
		r.get("/studies/{study}/versions/{version}/preregistration.{format}", study.See, s.lab.DownloadPreregistration)
		r.post("/studies/{study}/images/{name}/remove", study.Change, s.lab.RemoveImage)
		r.get("/images/{sha256}", study.SignedIn, s.lab.ShowImage)
		r.get("/studies/{study}/preview", study.See, s.visits.ShowPreview)
		r.get("/studies/{study}/preview/{place}", study.See, s.visits.ShowPreview)
		r.get("/studies/{study}/preview/{place}/desk", study.Conduct, s.visits.ShowPreviewDesk)
		r.get("/studies/{study}/preview/{place}/screen", study.Conduct, s.visits.ShowPreviewScreen)
		r.post("/studies/{study}/preview/{place}/{form}", study.See, s.visits.PassPreview)
		r.post("/studies/{study}/state", study.Change, s.lab.SetState)
		r.post("/studies/{study}/delete", study.Manage, s.lab.DeleteStudy)
		r.post("/studies/{study}/copy", study.See, s.lab.CopyStudy)
		r.get("/studies/{study}/publish", study.See, s.lab.ShowPublish)
		r.post("/studies/{study}/publish", study.Change, s.lab.Publish)
		r.post("/studies/{study}/tasks", study.Change, s.lab.TakeOver)
		r.post("/studies/{study}/places", study.Change, s.lab.ClosePlace)
		r.get("/studies/{study}/recruitment", study.Conduct, s.lab.ShowRecruitment)
		r.post("/studies/{study}/recruitment", study.Conduct, s.lab.SaveRecruitment)
		r.post("/studies/{study}/open-link", study.Conduct, s.lab.ChangeOpenLink)
		r.get("/studies/{study}/participants", study.Conduct, s.lab.ShowParticipants)
		r.post("/studies/{study}/participants", study.Conduct, s.lab.AddParticipants)
		r.post("/studies/{study}/links", study.Conduct, s.lab.ChangeLinks)
		r.get("/studies/{study}/links/{sheet}", study.Conduct, s.lab.ShowSheet)
		r.get("/studies/{study}/links/{sheet}/print", study.Conduct, s.lab.PrintSheet)
		r.get("/studies/{study}/links/{sheet}/links.csv", study.Conduct, s.lab.DownloadLinks)
		r.get("/studies/{study}/links/{sheet}/letters.txt", study.Conduct, s.lab.DownloadLetters)
		r.post("/studies/{study}/participants/{participant}/group", study.Conduct, s.lab.PutIntoGroup)
		r.get("/studies/{study}/participants/{participant}", study.Conduct, s.lab.ShowPerson)
		r.get("/studies/{study}/participants/{participant}/address", study.Correspond, s.lab.ShowAddress)
		r.post("/studies/{study}/participants/{participant}/address", study.Correspond, s.lab.SaveAddress)
		r.post("/studies/{study}/participants/{participant}/withdraw", study.Conduct, s.lab.WithdrawPerson)
		r.get("/studies/{study}/appointments", study.Conduct, s.lab.ShowAppointments)
		r.post("/studies/{study}/appointments", study.Conduct, s.lab.OfferSlots)
		r.post("/studies/{study}/appointments/rules", study.Conduct, s.lab.SetAppointing)
		r.post("/studies/{study}/appointments/walk-in", study.Conduct, s.lab.WalkIn)
		r.get("/studies/{study}/appointments/{slot}", study.Conduct, s.lab.ShowSlot)
		r.post("/studies/{study}/appointments/{slot}/assign", study.Conduct, s.lab.AssignSlot)
		r.post("/studies/{study}/appointments/{slot}/move", study.Conduct, s.lab.MoveSlot)
		r.post("/studies/{study}/appointments/{slot}/cancel", study.Conduct, s.lab.CancelSlot)
		r.post("/studies/{study}/appointments/{slot}/missed", study.Conduct, s.lab.MissSlot)
		r.post("/studies/{study}/appointments/{slot}/remove", study.Conduct, s.lab.RemoveSlot)
		r.get("/studies/{study}/compensation", study.Conduct, s.lab.ShowCompensation)
		r.post("/studies/{study}/compensation", study.Conduct, s.lab.RecordCompensation)
		r.get("/studies/{study}/compensation/print", study.Conduct, s.lab.PrintCompensation)
		r.get("/studies/{study}/calibration", study.See, s.lab.ShowCalibrating)
		r.post("/studies/{study}/calibrations", study.Conduct, s.lab.StartCalibration)
		r.get("/studies/{study}/calibrations/{calibration}", study.See, s.lab.ShowCalibration)
		r.get("/studies/{study}/calibrations/{calibration}/report.json", study.See, s.lab.CalibrationJSON)
		r.post("/studies/{study}/calibrations/{calibration}/stop", study.Conduct, s.lab.StopCalibration)
		r.get("/studies/{study}/results", study.Analyse, s.lab.ShowResults)
		r.get("/studies/{study}/results/files/{file}", study.Analyse, s.lab.ResultsFile)
		r.get("/studies/{study}/results/tests/{outcome}", study.Analyse, s.lab.ShowTests)
		r.get("/studies/{study}/download", study.Analyse, s.lab.Download)
	})
	lab.group(formLimit, s.sessionRoutes)
}

// sessionRoutes are the pages for experimenters about single sessions.
func (s *Server) sessionRoutes(r routes) {
	r.get("/live", study.SignedIn, s.lab.ShowLive)
	r.get("/live/cards", study.SignedIn, s.lab.ShowLiveCards)
	r.get("/sessions/{session}/thumbnail", study.Conduct, s.screens.ShowThumbnail)
	r.get("/sessions/{session}/watch", study.Conduct, s.lab.ShowWatch)
	r.get("/sessions/{session}/card", study.Conduct, s.lab.ShowLiveCard)
	r.get("/sessions/{session}/screen", study.Conduct, s.screens.ShowWatchedScreen)
	r.post("/sessions/{session}/note", study.Conduct, s.lab.SendNote)
	r.post("/sessions/{session}/notes", study.Conduct, s.lab.KeepNote)
	r.post("/sessions/{session}/notes/{note}/remove", study.Conduct, s.lab.RemoveNote)
	r.post("/sessions/{session}/extend", study.Conduct, s.lab.ExtendTask)
	r.post("/sessions/{session}/move", study.Conduct, s.lab.MoveMachine)
	r.post("/sessions/{session}/end", study.Conduct, s.lab.EndTask)
	r.get("/sessions/{session}", study.Read, s.lab.ShowSession)
	r.post("/sessions/{session}/place", study.Conduct, s.lab.RuleOnPlace)
	r.get("/sessions/{session}/trials", study.Read, s.lab.ShowTrials)
	r.post("/sessions/{session}/trials/{trial}", study.Conduct, s.lab.RuleOnTrial)
	r.below("/sessions/{session}/attempts/{attempt}", func(r routes) {
		r.get("/recording", study.Read, s.lab.ShowRecording)
		r.get("/recording.fbs", study.Read, s.lab.DownloadFBS)
		r.post("/recording/delete", study.Conduct, s.lab.DeleteRecording)
		r.get("/video", study.Read, s.lab.ShowVideo)
		r.get("/video.mp4", study.Read, s.lab.DownloadVideo)
		r.post("/video/make", study.Conduct, s.lab.MakeVideo)
		r.post("/video/cancel", study.Conduct, s.lab.CancelVideo)
		r.get("/replay", study.Read, s.lab.ShowReplay)
		r.post("/replay/notes", study.Read, s.lab.KeepReplayNote)
		r.get("/replay.json", study.Read, s.lab.ReplayIndex)
		r.get("/replay.data", study.Read, s.lab.ReplayData)
	})
}

// apiRoutes are for programs, which have a token in place of a login. Each says which right it needs, as those of the lab do.
func (s *Server) apiRoutes(r chi.Router) {
	r.Get("/openapi.json", s.Handle(s.api.ShowDocument))
	r.Group(func(r chi.Router) {
		r.Use(page.BodyLimit(fileLimit), s.signIn.Bearer, s.admitted, s.audited, api.Prepared) // api itself refuses a body of more than formLimit where none takes a file
		s.api.On(r)
		a := operations{s}
		serve(a, "GET", "/studies", study.SignedIn, "Lists the studies that you see.", s.api.Studies)
		serve(a, "GET", "/studies/{study}", study.See, "Returns a study.", s.api.Study)
		serve(a, "POST", "/studies/{study}/state", study.Change, "Closes, reopens or archives a study.", s.api.SetState)
		sends(a, api.Operation{Method: "POST", Path: "/studies/import", Right: study.SignedIn, Takes: "application/yaml,application/zip", Says: "Makes a study of a study file, or of a bundle."}, s.api.Import)
		sends(a, api.Operation{Method: "GET", Path: "/studies/{study}/study.yaml", Right: study.See, Sends: "application/yaml", Says: "Sends the draft of a study as a study file: see docs/study-files.md."}, s.api.DraftFile)
		sends(a, api.Operation{Method: "GET", Path: "/studies/{study}/study.zip", Right: study.See, Sends: "application/zip", Says: "Sends the draft of a study with its images."}, s.api.DraftBundle)
		sends(a, api.Operation{Method: "GET", Path: "/studies/{study}/versions/{version}/study.yaml", Right: study.See, Sends: "application/yaml", Says: "Sends a version of a study as it was published."}, s.api.VersionFile)
		sends(a, api.Operation{Method: "GET", Path: "/studies/{study}/versions/{version}/study.zip", Right: study.See, Sends: "application/zip", Says: "Sends a version of a study with its images."}, s.api.VersionBundle)
		serve(a, "GET", "/studies/{study}/participants", study.Conduct, "Lists the participants of a study.", s.api.Participants)
		serve(a, "POST", "/studies/{study}/participants", study.Conduct, "Adds participants, and returns their personal links, which are shown only this once.", s.api.AddParticipants)
		serve(a, "GET", "/studies/{study}/participants/{participant}", study.Conduct, "Returns a participant.", s.api.Participant)
		serve(a, "POST", "/studies/{study}/participants/{participant}/withdraw", study.Conduct, "Withdraws a participant, and keeps or erases what they gave.", s.api.Withdraw)
		serve(a, "GET", "/studies/{study}/compensation", study.Conduct, "Lists what participants got for taking part.", s.api.Compensations)
		serve(a, "POST", "/studies/{study}/compensation", study.Conduct, "Records what participants got for taking part.", s.api.Compensate)
		serve(a, "GET", "/studies/{study}/links", study.Conduct, "Lists what is known of the newest link of each participant.", s.api.Links)
		serve(a, "POST", "/studies/{study}/links", study.Conduct, "Renews links, revokes them, or says until when one can begin with them.", s.api.ChangeLinks)
		serve(a, "GET", "/studies/{study}/appointments", study.Conduct, "Lists the times on offer, and who has them.", s.api.Appointments)
		serve(a, "POST", "/studies/{study}/appointments", study.Conduct, "Puts times on offer by a rule.", s.api.Offer)
		serve(a, "POST", "/studies/{study}/appointments/walk-in", study.Conduct, "Lets somebody begin who has come without an appointment.", s.api.WalkIn)
		serve(a, "GET", "/studies/{study}/appointments/{slot}", study.Conduct, "Returns a time.", s.api.Appointment)
		serve(a, "DELETE", "/studies/{study}/appointments/{slot}", study.Conduct, "Takes a free time back.", s.api.RemoveSlot)
		serve(a, "POST", "/studies/{study}/appointments/{slot}/assign", study.Conduct, "Gives a free time to a participant.", s.api.Assign)
		serve(a, "POST", "/studies/{study}/appointments/{slot}/move", study.Conduct, "Gives who has a time another one, and returns that.", s.api.Move)
		serve(a, "POST", "/studies/{study}/appointments/{slot}/cancel", study.Conduct, "Cancels an appointment.", s.api.Cancel)
		serve(a, "POST", "/studies/{study}/appointments/{slot}/missed", study.Conduct, "Says that somebody did not come.", s.api.Miss)
		serve(a, "GET", "/studies/{study}/sessions", study.Read, "Lists the sessions of a study.", s.api.Sessions)
		serve(a, "GET", "/studies/{study}/export", study.Analyse, "Sends all data of a study as a ZIP file: see docs/export.md.", s.api.Export)
		serve(a, "GET", "/sessions/{session}", study.Read, "Returns a session.", s.api.Session)
		serve(a, "POST", "/sessions/{session}/place", study.Conduct, "Drops or excludes a participant, or puts them back.", s.api.RuleOnPlace)
		serve(a, "POST", "/sessions/{session}/trials/{trial}", study.Conduct, "Excludes a trial, or lets it count again.", s.api.RuleOnTrial)
		serve(a, "GET", "/sessions/{session}/notes", study.Read, "Lists the notes on a session.", s.api.Notes)
		serve(a, "POST", "/sessions/{session}/notes", study.Conduct, "Keeps a note about a moment of a session.", s.api.AddNote)
		serve(a, "DELETE", "/sessions/{session}/notes/{note}", study.Conduct, "Removes a note.", s.api.RemoveNote)
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
		r.Post("/p/{link}/cancel", s.Handle(s.visits.CancelSlot))
		r.Post("/p/{link}/address", s.Handle(s.visits.SaveAddress))
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
			r.Get("/consent.txt", s.visits.Visit(s.visits.DownloadConsent))
			r.Get("/stop", s.visits.Admitted(s.visits.ShowStop))
			r.Post("/stop", s.visits.Admitted(s.visits.Stop))
			r.Post("/language", s.visits.Visit(s.visits.ChooseLanguage))
			r.Post("/consent", s.visits.Submission(s.visits.Consent, study.StepConsent))
			r.Post("/check", s.visits.Visit(s.visits.CheckComputer))
			r.Get("/probe", s.visits.Visit(s.visits.SendProbe))
			r.Post("/answers", s.visits.Submission(s.visits.SaveAnswers, study.StepScreening, study.StepAbout, study.StepOpening, study.StepRate, study.StepClosing))
			r.Post("/continue", s.visits.Submission(s.visits.PassStep, study.StepPause, study.StepReturn))
			r.Post("/start", s.visits.Submission(s.visits.StartTrial, study.StepBrief))
			r.Post("/done", s.visits.Submission(s.visits.FinishTrial(study.SaidDone), study.StepDesktop))
			r.Post("/give-up", s.visits.Submission(s.visits.FinishTrial(study.GaveUp), study.StepDesktop))
		})
		r.With(page.BodyLimit(visit.ProbeLimit)).Post("/probe", s.visits.Visit(s.visits.TakeProbe))
		r.With(page.BodyLimit(visit.EventsLimit)).Post("/batch", s.Handle(s.visits.SaveLeftBatch))
		r.Get("/screen", s.Handle(s.screens.ShowScreen))
		r.Get("/events", s.Handle(s.visits.ShowEvents))
	})
}
