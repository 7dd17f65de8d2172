package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studyctl/cli"
	"vmstudy/web/signin"
)

type tokenCmd struct {
	Add    tokenAddCmd    `cmd:"" aliases:"create" help:"Make a token by which a program acts for an experimenter: see docs/api.md. It is printed, and shown only this once."`
	List   tokenListCmd   `cmd:"" help:"List tokens, with whose they are, what they reach and how long they work."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token, or all of an experimenter. What runs with it ends, too."`
}

type tokenAddCmd struct {
	Owner   string   `arg:"" help:"Name of the experimenter for whom the program acts."`
	Name    string   `arg:"" help:"Name of the token, by which its owner and the audit know it."`
	Right   []string `help:"What it reaches: see, conduct, read, analyse, change. Several with commas between." default:"see"`
	Changes bool     `help:"It may change things, not only read."`
	Study   int64    `help:"Number of the only study that it reaches. Default: all of its owner's." placeholder:"NUMBER"`
	Days    int      `help:"Days that it works, 366 at most." default:"90"`
}

// Run makes the token, and prints it.
func (cmd tokenAddCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		owner, err := tokenOwner(ctx, db, cmd.Owner)
		if err != nil {
			return err
		}
		if owner.Disabled {
			return study.Refuse(study.ErrConflict, "the account of %s is disabled, so the token would let nobody in", owner.Name)
		}
		if cmd.Study != 0 {
			if _, err := db.Study(ctx, study.StudyID(cmd.Study)); err != nil {
				return err
			}
		}
		now := time.Now()
		secret, hash := signin.NewToken()
		made := study.Token{
			Owner: owner.ID, Name: strings.TrimSpace(cmd.Name), SHA256: hash, Rights: rightsOf(cmd.Right), Changes: cmd.Changes, Study: study.StudyID(cmd.Study),
			MadeAt: now, ExpiresAt: now.Add(time.Duration(cmd.Days) * 24 * time.Hour),
		}
		if _, err := db.AddToken(audit.Because(ctx, fmt.Sprintf("token=%q of %s", made.Name, owner.Name)), made); err != nil {
			return err
		}
		_, err = fmt.Fprintln(t.Out, secret)
		return err
	})
}

// rightsOf returns rights in the order of study.TokenRights, and after them those that no token has, which study.Token.Check refuses.
func rightsOf(names []string) (rights []study.Right) {
	for _, right := range study.TokenRights() {
		if slices.Contains(names, string(right)) {
			rights = append(rights, right)
		}
	}
	for _, name := range names {
		if !slices.Contains(study.TokenRights(), study.Right(name)) {
			rights = append(rights, study.Right(name))
		}
	}
	return rights
}

// tokenOwner returns the account of that name.
func tokenOwner(ctx context.Context, db *postgres.DB, name string) (study.Account, error) {
	all, err := db.Accounts(ctx)
	if err != nil {
		return study.Account{}, err
	}
	i := slices.IndexFunc(all, func(a study.Account) bool { return a.Name == name })
	if i < 0 {
		return study.Account{}, study.Refuse(study.ErrNotFound, "nobody has an account with the name %q", name)
	}
	return all[i], nil
}

type tokenListCmd struct {
	Owner string `arg:"" optional:"" help:"Name of the experimenter whose tokens are listed. Default: everybody's."`
	JSON  bool   `help:"Print one JSON object." name:"json"`
}

// listedToken is a token as list prints it.
type listedToken struct {
	ID      int64         `json:"id"`
	Owner   string        `json:"owner"`
	Name    string        `json:"name"`
	Rights  []study.Right `json:"rights"`
	Changes bool          `json:"changes"`
	Study   int64         `json:"study,omitempty"`
	MadeAt  time.Time     `json:"made_at"`
	Expires time.Time     `json:"expires_at"`
	Used    *time.Time    `json:"used_at,omitempty"`
	State   string        `json:"state"` // works, or why it does not
}

// Run lists tokens, those of one owner after the other.
func (cmd tokenListCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	all := []listedToken{}
	err := withDatabase(ctx, c, func(db *postgres.DB) error {
		found, err := tokensOf(ctx, db, cmd.Owner)
		for _, f := range found {
			all = append(all, f.listed(time.Now()))
		}
		return err
	})
	if err != nil {
		return err
	}
	if cmd.JSON {
		return json.NewEncoder(t.Out).Encode(struct {
			Tokens []listedToken `json:"tokens"`
		}{all})
	}
	w := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tOWNER\tNAME\tREACHES\tMADE\tUSED LAST\tEXPIRES\tSTATE")
	for _, x := range all {
		used := "never"
		if x.Used != nil {
			used = x.Used.Format(time.DateTime)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.ID, x.Owner, x.Name, x.reaches(), x.MadeAt.Format(time.DateTime), used, x.Expires.Format(time.DateTime), x.State)
	}
	return w.Flush()
}

func (x listedToken) reaches() string {
	var words []string
	for _, r := range x.Rights {
		words = append(words, string(r))
	}
	if x.Changes {
		words = append(words, "changes things")
	}
	if x.Study != 0 {
		words = append(words, fmt.Sprintf("study %d only", x.Study))
	}
	return strings.Join(words, ", ")
}

// ownedToken is a token with the account of its owner.
type ownedToken struct {
	study.Token
	owner study.Account
}

func (o ownedToken) listed(now time.Time) listedToken {
	x := listedToken{
		ID: int64(o.ID), Owner: o.owner.Name, Name: o.Name, Rights: o.Rights, Changes: o.Changes, Study: int64(o.Study), MadeAt: o.MadeAt, Expires: o.ExpiresAt,
		State: o.Ended(now, o.owner.Experimenter),
	}
	if x.State == "" {
		x.State = "works"
	}
	if !o.UsedAt.IsZero() {
		x.Used = &o.UsedAt
	}
	return x
}

// tokensOf returns the tokens of somebody; of everybody if the name is empty.
func tokensOf(ctx context.Context, db *postgres.DB, name string) (found []ownedToken, err error) {
	accounts, err := db.Accounts(ctx)
	if err == nil && name != "" {
		var one study.Account
		one, err = tokenOwner(ctx, db, name)
		accounts = []study.Account{one}
	}
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		all, err := db.Tokens(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			found = append(found, ownedToken{x, a})
		}
	}
	return found, nil
}

type tokenRevokeCmd struct {
	Number int64  `arg:"" optional:"" help:"Number of the token, as list prints it."`
	Owner  string `help:"All tokens of the experimenter with this name, in place of one."`
}

// Run revokes one token, or all of one owner.
func (cmd tokenRevokeCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	if (cmd.Number == 0) == (cmd.Owner == "") {
		return study.Refuse(study.ErrInvalid, "say which token is to end: its number, or --owner for all of somebody's")
	}
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		all, err := tokensOf(ctx, db, cmd.Owner)
		if err != nil {
			return err
		}
		if cmd.Owner != "" {
			owner, err := tokenOwner(ctx, db, cmd.Owner)
			if err != nil {
				return err
			}
			if err := db.RevokeTokens(audit.Because(ctx, "all tokens of "+owner.Name), owner.ID, time.Now()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(t.Out, "no token of %s works any more\n", owner.Name)
			return err
		}
		i := slices.IndexFunc(all, func(o ownedToken) bool { return int64(o.ID) == cmd.Number })
		if i < 0 {
			return study.Refuse(study.ErrNotFound, "there is no token %d: see studyctl token list", cmd.Number)
		}
		x := all[i]
		if err := db.RevokeToken(audit.Because(ctx, fmt.Sprintf("token=%q of %s", x.Name, x.owner.Name)), x.Owner, x.ID, time.Now()); err != nil {
			return err
		}
		_, err = fmt.Fprintf(t.Out, "token %d, %s of %s, does not work any more\n", x.ID, x.Name, x.owner.Name)
		return err
	})
}
