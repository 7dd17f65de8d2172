package main

import (
	"context"
	"fmt"

	"vmstudy/postgres"
	"vmstudy/studyctl/cli"
)

type scrubCmd struct{}

// Run writes the database anew.
func (scrubCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		if err := db.Scrub(ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintln(t.Out, "Nothing of what was erased is left in the files of the database.")
		return err
	})
}
