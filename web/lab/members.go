package lab

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// meanings says what the roles are, for who gives them.
var meanings = map[study.Role]string{
	study.Owner:     "everything in this study: its design, its data, and who takes part in the work",
	study.Conductor: "conducts sessions: adds people, gives out links, sees and helps them at their desktops, decides what counts. No results",
	study.Monitor:   "sees who is there and how far they are; nothing that anybody gave",
	study.Analyst:   "reads results, sessions and recordings, by codes. No links, no desktops",
	study.Blind:     "reads results and exports in which conditions are codes, and nothing else, until an owner makes them an analyst",
}

// ShowMembers shows who has which role in a study.
func (s *Server) ShowMembers(w http.ResponseWriter, r *http.Request) error {
	return s.renderMembers(w, r, http.StatusOK, "", "")
}

func (s *Server) renderMembers(w http.ResponseWriter, r *http.Request, code int, invited, say string) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	members, err := s.Store.Members(r.Context(), st.ID)
	if err != nil {
		return err
	}
	v := view.Members{Study: studyView(st), Invited: invited, Say: say}
	for _, m := range members {
		v.Rows = append(v.Rows, view.MemberRow{ID: int64(m.ID), Name: m.Name, Role: string(m.Role)})
	}
	for _, role := range study.Roles() {
		v.Roles = append(v.Roles, view.RoleChoice{Value: string(role), Meaning: meanings[role]})
	}
	return s.Render(w, r, code, view.MembersPage(s.LabPage(r, "Members"), v))
}

// ChangeMember gives a member another role, or none.
func (s *Server) ChangeMember(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	role := study.Role(in.Get("role"))
	id, err := strconv.ParseInt(in.Get("member"), 10, 64)
	if err != nil || !role.Valid() && role != "none" {
		return study.Refuse(study.ErrInvalid, "Choose a member and a role.")
	}
	members, err := s.Store.Members(r.Context(), st.ID)
	if err != nil {
		return err
	}
	if !hasMember(members, study.ExperimenterID(id)) { // who is none has to be invited
		return fmt.Errorf("member %d of study %d: %w", id, st.ID, study.ErrNotFound)
	}
	if role == "none" {
		role = ""
	}
	err = s.Store.SetRole(r.Context(), st.ID, study.ExperimenterID(id), role)
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		return s.renderMembers(w, r, code, "", page.Sentence(say))
	}
	if err != nil {
		return err
	}
	if !page.May(r.Context(), study.Administer, 0) && study.ExperimenterID(id) == page.Who(r.Context()).ID && role != study.Owner {
		return page.Redirect(w, r, "/lab") // who has just given up what this page needs
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/members")
}

func hasMember(all []study.Member, id study.ExperimenterID) bool {
	for _, m := range all {
		if m.ID == id {
			return true
		}
	}
	return false
}

// InviteMember makes an invitation and shows its link, which is stored nowhere.
func (s *Server) InviteMember(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	role := study.Role(in.Get("role"))
	if !role.Valid() {
		return s.renderMembers(w, r, http.StatusUnprocessableEntity, "", "Choose a role.")
	}
	link, err := s.invite(r, study.Invitation{Study: st.ID, Role: role})
	if err != nil {
		return err
	}
	return s.renderMembers(w, r, http.StatusOK, link, "")
}

// invite stores an invitation and returns its link.
func (s *Server) invite(r *http.Request, i study.Invitation) (link string, err error) {
	secret := make([]byte, 24)
	rand.Read(secret) // never fails: see crypto/rand
	token := base64.RawURLEncoding.EncodeToString(secret)
	sum := sha256.Sum256([]byte(token))
	i.TokenSHA256, i.By, i.MadeAt, i.ExpiresAt = sum[:], page.Who(r.Context()).ID, s.Now(), s.Now().Add(study.InvitationLasts)
	if err := s.Store.Invite(r.Context(), i); err != nil {
		return "", err
	}
	return s.Public.Origin(r) + page.InvitationPath(token), nil
}

// ShowAccounts shows all accounts.
func (s *Server) ShowAccounts(w http.ResponseWriter, r *http.Request) error {
	return s.renderAccounts(w, r, http.StatusOK, view.Accounts{})
}

func (s *Server) renderAccounts(w http.ResponseWriter, r *http.Request, code int, v view.Accounts) error {
	all, err := s.Store.Accounts(r.Context())
	if err != nil {
		return err
	}
	for _, a := range all {
		row := view.AccountRow{Own: a.ID == page.Who(r.Context()).ID, ID: int64(a.ID), Name: a.Name, Administrator: a.Administrator, Second: a.Second, Studies: a.Studies}
		if a.Disabled {
			row.Disabled = s.Day(a.DisabledAt)
		}
		v.Rows = append(v.Rows, row)
	}
	return s.Render(w, r, code, view.AccountsPage(s.LabPage(r, "Accounts"), v))
}

// InviteAccount makes an invitation to an account without a role.
func (s *Server) InviteAccount(w http.ResponseWriter, r *http.Request) error {
	link, err := s.invite(r, study.Invitation{})
	if err != nil {
		return err
	}
	return s.renderAccounts(w, r, http.StatusOK, view.Accounts{Link: link, LinkFor: "a new account"})
}

// ownAccount refuses what would let a login that somebody left open change the password or remove the second factor of its owner.
const ownAccount = "Change your own password and second factor on the page Account, which asks for the password that you have."

// ChangeAccount disables an account or enables it, lets it administer or takes that away, or makes a link that sets its password.
func (s *Server) ChangeAccount(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	id, err := page.ID[study.ExperimenterID](r, "account")
	if err != nil {
		return err
	}
	all, err := s.Store.Accounts(r.Context())
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.ID == id {
			return s.changeAccount(w, r, a, in.Get("action"))
		}
	}
	return fmt.Errorf("account %d: %w", id, study.ErrNotFound)
}

func (s *Server) changeAccount(w http.ResponseWriter, r *http.Request, a study.Account, action string) error {
	own := a.ID == page.Who(r.Context()).ID
	if own && (action == "reset" || action == "forget") {
		return s.renderAccounts(w, r, http.StatusForbidden, view.Accounts{Say: ownAccount})
	}
	switch action {
	case "promote":
		a.Administrator = true
	case "demote":
		a.Administrator = false
	case "disable":
		a.Disabled = true
	case "enable":
		a.Disabled = false
	case "reset":
		link, err := s.invite(r, study.Invitation{For: a.ID})
		if err != nil {
			return err
		}
		return s.renderAccounts(w, r, http.StatusOK, view.Accounts{Link: link, LinkFor: a.Name, Resets: true})
	case "forget":
		if err := s.Store.RemoveSecondFactor(r.Context(), a.ID); err != nil {
			return err
		}
		return page.Redirect(w, r, "/lab/accounts")
	default:
		return study.Refuse(study.ErrInvalid, "Choose what is to be done with the account.")
	}
	err := s.Store.ChangeAccount(r.Context(), a.ID, a.Administrator, a.Disabled, s.Now())
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		return s.renderAccounts(w, r, code, view.Accounts{Say: page.Sentence(say)})
	}
	if err != nil {
		return err
	}
	if own {
		return page.Redirect(w, r, "/lab") // this page may not be theirs any more
	}
	return page.Redirect(w, r, "/lab/accounts")
}
