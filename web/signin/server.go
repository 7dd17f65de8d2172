package signin

import (
	"context"
	"net/netip"
	"time"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
)

// Accounts are the experimenters who may sign in.
type Accounts interface {
	// Experimenter returns the account of that name and its password hash (PHC string).
	Experimenter(ctx context.Context, name string) (e study.Experimenter, hash string, err error)
	// OpenLogin stores a login, identified by the SHA-256 of its token, which ends at expires. hash is that of the password which somebody has proved to
	// know: if the account has another one by now, or is disabled, the error is study.ErrDenied.
	OpenLogin(ctx context.Context, e study.ExperimenterID, hash string, tokenHash []byte, expires time.Time) error
	// Login returns the experimenter whose login has that token hash (SHA-256), or study.ErrDenied.
	Login(ctx context.Context, tokenHash []byte, now time.Time) (study.Experimenter, error)
	// CloseLogin deletes a login. If there is none with that token hash, that is no error.
	CloseLogin(ctx context.Context, tokenHash []byte) error
	// SeeLogin records that a login is used.
	SeeLogin(ctx context.Context, tokenHash []byte, s study.Sighting) error
	// Logins returns the logins of an experimenter, the one that was used last first.
	Logins(ctx context.Context, e study.ExperimenterID, now time.Time) ([]study.Login, error)
	// ChangePassword sets a password, and ends all logins of its owner but the one with that token hash.
	ChangePassword(ctx context.Context, e study.ExperimenterID, hash string, keep []byte) error
	// Standing returns what an experimenter is, in the installation and in studies.
	Standing(ctx context.Context, e study.ExperimenterID) (study.Standing, error)
	// StudyOf returns the study that a session belongs to.
	StudyOf(ctx context.Context, id study.SessionID) (study.StudyID, error)
	// Invitation returns the invitation whose token has that SHA-256, or study.ErrNotFound if there is none that can be used at now.
	Invitation(ctx context.Context, token []byte, now time.Time) (study.Invitation, error)
	// Accept uses an invitation up and returns who has taken it. It returns study.ErrConflict for a name that is taken.
	Accept(ctx context.Context, token []byte, a study.Acceptance) (study.ExperimenterID, error)
	// SecondFactor returns the second factor of an account, or study.ErrNotFound if it has none.
	SecondFactor(ctx context.Context, e study.ExperimenterID) (study.SecondFactor, error)
	// EnrolSecondFactor gives an account a second factor, with the SHA-256 of its recovery codes, or returns study.ErrConflict if it has one.
	EnrolSecondFactor(ctx context.Context, e study.ExperimenterID, f study.SecondFactor, recovery [][]byte) error
	// UseCode records that the code of a half minute was used, or returns study.ErrCodeUsed if it or a later one was used before.
	UseCode(ctx context.Context, e study.ExperimenterID, step int64) error
	// UseRecoveryCode uses up the recovery code with that SHA-256, or returns study.ErrDenied.
	UseRecoveryCode(ctx context.Context, e study.ExperimenterID, hash []byte, at time.Time) error
	// RemoveSecondFactor removes the second factor of an account.
	RemoveSecondFactor(ctx context.Context, e study.ExperimenterID) error
	// AddToken stores a token by which a program acts for its owner. It returns what study.Token.Check does.
	AddToken(ctx context.Context, t study.Token) (study.TokenID, error)
	Tokens(ctx context.Context, owner study.ExperimenterID) ([]study.Token, error) // all of one owner, the newest first
	// Token returns the token with that SHA-256 and its owner. If it does not work at now, it returns both with study.ErrDenied, or nothing but that
	// if nobody has made such a token.
	Token(ctx context.Context, hash []byte, now time.Time) (study.Token, study.Experimenter, error)
	// UseToken records that a token is used.
	UseToken(ctx context.Context, id study.TokenID, at time.Time) error
	RevokeToken(ctx context.Context, owner study.ExperimenterID, id study.TokenID, at time.Time) error
	RevokeTokens(ctx context.Context, owner study.ExperimenterID, at time.Time) error // all that work
	// Record appends an entry to the audit.
	Record(ctx context.Context, e audit.Entry) (audit.Head, error)
}

// Server signs experimenters in and out. Build it with New.
type Server struct {
	*page.Site
	accounts Accounts
	proxies  []netip.Prefix
	tries    *tries
	logins   *logins
	asks     asks
	refusals rationed
	required bool // whether everybody needs a second factor

	half      halves // who has typed their password
	enrolling halves // who sets up a second factor, in which login
}

// Config is what a Server needs.
type Config struct {
	Accounts Accounts
	Verify   func(ctx context.Context, password, hash string) (bool, error) // whether hash is that of password; this and Hash are called one at a time
	Hash     func(ctx context.Context, password string) (string, error)     // of a new password
	Proxies  []netip.Prefix                                                 // addresses of reverse proxies, which say where a request came from
	Required bool                                                           // whether everybody needs a second factor
}

// New returns a server of c.
func New(site *page.Site, c Config) *Server {
	return &Server{Site: site, accounts: c.Accounts, proxies: c.Proxies, required: c.Required, tries: newTries(c.Verify, c.Hash), logins: newLogins()}
}
