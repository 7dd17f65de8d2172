package post

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"vmstudy/mail"
	"vmstudy/study"
	"vmstudy/web/calendar"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
)

// write returns the mail m in the language of who reads it.
func (o *Office) write(ctx context.Context, c study.Correspondence, m study.Mail) (mail.Message, error) {
	st, err := o.Store.Study(ctx, c.Study)
	if err != nil {
		return mail.Message{}, err
	}
	fact, title := c.Diary.Last(), st.Current().Title.In(c.Address.Language)
	entry := calendar.Entry{
		UID: calendar.UID(c.Link, fact.Visit), Sequence: c.Diary.Sequence(), Stamp: o.Now(), From: fact.StartsAt, To: fact.EndsAt,
		Summary: title, Place: fact.Station, Cancelled: m.Kind == study.MailCancels,
		Organizer: "mailto:" + cmp.Or(c.Asks.Mail, o.Sender), Name: cmp.Or(c.Asks.Contact, title),
	}
	_, domain, _ := strings.Cut(o.Sender, "@")
	message := mail.Message{
		ID: fmt.Sprintf("%d.%d@%s", m.ID, m.QueuedAt.UnixMicro(), domain),
		To: c.Address.Mail, ReplyTo: c.Asks.Mail, At: o.Now(), Calendar: entry.String(), Method: entry.Method(),
	}
	message.Subject, message.Text = o.words(catalogue.In(c.Address.Language), title, c, m)
	return message, nil
}

// words are the subject and the text of a mail. The personal link is not in them: the program does not know it.
func (o *Office) words(t catalogue.Tongue, title string, c study.Correspondence, m study.Mail) (subject, text string) {
	fact := c.Diary.Last()
	from, to := fact.StartsAt.In(o.Now().Location()), fact.EndsAt.In(o.Now().Location())
	day, clock := t.Day(from), from.Format("15:04 ")+page.ZoneName(from)
	paragraphs := []string{title}
	switch {
	case m.Kind == study.MailCancels:
		subject = t.Say("Your appointment on %s, %s does not take place", day, clock)
		paragraphs = append(paragraphs, t.Cancelled(fact, day, clock))
		if !c.Diary.Out {
			paragraphs = append(paragraphs, t.Say("With your personal link you can choose another time, if there are any."))
		}
	case m.Kind == study.MailReminds:
		subject = t.Say("Reminder: your appointment on %s, %s", day, clock)
	case fact.Kind == study.BookingMoved:
		subject = t.Say("Your appointment was moved to %s, %s", day, clock)
	default:
		subject = t.Say("Your appointment on %s, %s", day, clock)
	}
	if m.Kind != study.MailCancels {
		paragraphs = append(paragraphs,
			t.Say("Your appointment")+":\n"+day+"\n"+from.Format("15:04")+"–"+to.Format("15:04")+" ("+page.ZoneInWords(from)+")\n"+t.Say("Station: %s", fact.Station),
			t.Say("To begin, open your personal link at that time. With the same link you see until when you can move or cancel your appointment."))
	}
	if c.Asks.Contact != "" || c.Asks.Mail != "" {
		paragraphs = append(paragraphs, strings.Join(strings.Fields(t.Say("Questions:")+" "+c.Asks.Contact+" "+c.Asks.Mail), " "))
	}
	paragraphs = append(paragraphs, t.Say("You get this mail because an address for mails about your appointments was entered. With your personal link you can take it back."))
	return subject, strings.Join(paragraphs, "\n\n") + "\n"
}
