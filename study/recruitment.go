package study

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Recruitment is how participants come to a study from elsewhere, such as Prolific or SONA, and where they go at the end.
// Nothing of it is part of a version: it can change while a study goes on.
type Recruitment struct {
	Parameters []string // of addresses, which the page of a link keeps; the first names a person elsewhere, as in PROLIFIC_PID
	Export     bool     // the values are exported
	Completion string   // where participants go at the end; {PARAMETER} stands for a value. Empty: nowhere
	By         ExperimenterID
	At         time.Time
}

// ExternalID is a value that came with the address by which somebody opened a link.
type ExternalID struct {
	Participant ParticipantID // 0 while nobody knows whose it is
	Name        string
	Value       string
}

// Limits of what comes with addresses.
const (
	MaxParameters  = 8
	MaxExternalID  = 200 // bytes
	MaxCompletion  = 500 // bytes
	MaxJoining     = 10_000
	parameterWords = `^[A-Za-z][A-Za-z0-9_-]{0,39}$`
)

var (
	parameter   = regexp.MustCompile(parameterWords)
	placeholder = regexp.MustCompile(`\{([^{}]*)\}`)
)

// reserved are parameters that our own pages use.
var reserved = []string{"lang", "language", "slot"}

// Check returns what keeps r from being used, as a Refusal.
func (r Recruitment) Check() error {
	if len(r.Parameters) > MaxParameters {
		return invalid("Name up to %d parameters.", MaxParameters)
	}
	for i, p := range r.Parameters {
		switch {
		case !parameter.MatchString(p):
			return invalid("“%s” is no name of a parameter: use letters, digits, - and _, beginning with a letter.", p)
		case slices.Contains(reserved, p):
			return invalid("The parameter %s is one of this program's own: choose another name.", p)
		case slices.Contains(r.Parameters[:i], p):
			return invalid("The parameter %s stands there twice.", p)
		}
	}
	if r.Completion == "" {
		return nil
	}
	for _, m := range placeholder.FindAllStringSubmatch(r.Completion, -1) {
		if !slices.Contains(r.Parameters, m[1]) {
			return invalid("The address at the end names {%s}, which is none of the parameters.", m[1])
		}
	}
	u, err := url.Parse(placeholder.ReplaceAllString(r.Completion, "x"))
	if err != nil || u.Scheme != "https" || u.Host == "" || len(r.Completion) > MaxCompletion || u.User != nil {
		return invalid("The address at the end must begin with https:// and have at most %d characters.", MaxCompletion)
	}
	if host, _, _ := strings.Cut(strings.TrimPrefix(r.Completion, "https://"), "/"); strings.ContainsAny(host, "{}") {
		return invalid("The name of the site in the address at the end must not depend on a parameter.")
	}
	return nil
}

// Completed returns where somebody with these values goes at the end; empty for nowhere. A value that is not known is left out.
func (r Recruitment) Completed(ids []ExternalID) string {
	return placeholder.ReplaceAllStringFunc(r.Completion, func(name string) string {
		for _, id := range ids {
			if "{"+id.Name+"}" == name {
				return url.QueryEscape(id.Value)
			}
		}
		return ""
	})
}

// IDs returns the values that an address has of the parameters of r.
func (r Recruitment) IDs(query url.Values) (all []ExternalID, err error) {
	for _, name := range r.Parameters {
		v := strings.TrimSpace(query.Get(name))
		if len(v) > MaxExternalID || strings.ContainsFunc(v, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\uFFFD' }) {
			return nil, invalid("The address that you came by has a %s that cannot be right. Please open the study again from where you found it.", name)
		}
		if v != "" {
			all = append(all, ExternalID{Name: name, Value: v})
		}
	}
	return all, nil
}

// OpenLink is a link by which anybody becomes a participant, up to a number. A study has one at a time.
type OpenLink struct {
	ID        int64
	Study     StudyID
	Most      int // people whom it lets in
	Came      int // people whom it has let in and whom the screening has not turned away
	IssuedAt  time.Time
	ExpiresAt time.Time // from then on it lets nobody in; zero: never
	RevokedAt time.Time // zero: it was not revoked
}

// What somebody reads whom an open link does not let in.
var (
	ErrOpenLinkOver = Refuse(ErrConflict, "Nobody new can take part by this link any more. Thank you for your interest.")
	ErrOpenLinkFull = Refuse(ErrConflict, "As many people as were looked for take part already. Thank you for your interest.")
	ErrKnownAlready = Refuse(ErrConflict, "Somebody takes part under this name already. If that is you, go on in the browser in which you began, or ask the people who run the study for a new personal link.")
)

// Admits returns why l lets nobody in at now; nil if it does.
func (l OpenLink) Admits(now time.Time) error {
	switch {
	case !l.RevokedAt.IsZero(), !l.ExpiresAt.IsZero() && !now.Before(l.ExpiresAt):
		return ErrOpenLinkOver
	case l.Came >= l.Most:
		return ErrOpenLinkFull
	}
	return nil
}

// Joining is what is needed to let somebody in by an open link.
type Joining struct {
	Open     string // the secret of the open link
	Personal string // the secret of the personal link that they get
	IDs      []ExternalID
	At       time.Time
}
