package visit

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// consentPath is where a participant gets a copy of what they agreed to; empty before they have.
func consentPath(v study.Session) string {
	if v.ConsentedAt.IsZero() {
		return ""
	}
	return page.VisitPath(v.ID) + "/consent.txt"
}

// DownloadConsent sends a participant what they agreed to, as a text to keep: what the page of the consent said to them, in their language, with the
// date, their code and the version of the study.
func (s *Server) DownloadConsent(w http.ResponseWriter, r *http.Request, v study.Session) error {
	if v.ConsentedAt.IsZero() {
		return fmt.Errorf("a copy of the consent of session %d: %w", v.ID, study.ErrNotFound)
	}
	catalogue.Speak(r.Context(), v.Speaks())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="consent-%s.txt"`, v.Participant.Code))
	_, err := w.Write([]byte(s.consentText(r.Context(), spoken(v))))
	return err
}

func (s *Server) consentText(ctx context.Context, v study.Session) string {
	t := catalogue.From(ctx)
	d := v.Agreed()
	title := d.Title.String()
	paragraphs := []string{
		title + "\n" + strings.Repeat("=", len([]rune(title))),
		d.Consent.String(),
		t.Say("You agreed to this on %s. Your code in this study is %s.", v.ConsentedAt.In(s.Now().Location()).Format("2006-01-02 15:04 MST"), v.Participant.Code),
	}
	if v.Recorded || d.Record == study.RecordAll {
		paragraphs = append(paragraphs, t.Say("You agreed that the screen of the desktop is recorded while you work on a task.")+" "+view.WhatIsRecorded(ctx, d.RecordKeys))
	}
	paragraphs = append(paragraphs, t.Say("With your personal link you can stop at any time, and have what you gave erased."),
		t.Say("Version %d of this study,", v.Version.Number)+" "+v.Version.Hash)
	return strings.Join(paragraphs, "\n\n") + "\n"
}
