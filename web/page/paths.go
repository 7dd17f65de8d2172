package page

import (
	"fmt"

	"vmstudy/study"
)

// Visits is the common beginning of the paths of all visits.
const Visits = "/visit"

// VisitPath returns the path of a visit. The paths of all its pages, forms, lines and batches begin
// with it, so each of them names its session.
func VisitPath(id study.SessionID) string { return fmt.Sprintf("%s/%d", Visits, id) }

// LinkPath is the path of a participant's personal link.
func LinkPath(link string) string { return "/p/" + link }

// InvitationPath returns the path of an invitation with that token.
func InvitationPath(token string) string { return "/invited/" + token }
