package main

import (
	"context"
	"fmt"
	"log/slog"

	"vmstudy/postgres"
	"vmstudy/record"
)

// diskReserve is how many bytes of the disk recordings leave free. A full disk would end the database.
const diskReserve = 512 << 20

// openLibrary opens the recordings of the data directory, and completes those that a killed server has left unfinished.
func openLibrary(ctx context.Context, c Config, db *postgres.DB) (*record.Library, error) {
	l, err := record.NewLibrary(record.Config{Dir: c.recordingsDir(), Store: db, Reserve: diskReserve})
	if err != nil {
		return nil, err
	}
	n, err := l.Recover(ctx)
	if err != nil {
		return nil, fmt.Errorf("closing off recordings: %w", err)
	}
	if n > 0 {
		slog.Warn("recordings were cut by the last stop and closed off", "count", n)
	}
	return l, nil
}
