package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type savedNetworkRow struct {
	ID           study.SavedNetworkID
	Experimenter study.ExperimenterID
	Name         string
	Network      networkDoc
	At           time.Time
}

func (r savedNetworkRow) saved() study.SavedNetwork {
	return study.SavedNetwork{ID: r.ID, By: r.Experimenter, At: r.At, NamedNetwork: study.NamedNetwork{Name: r.Name, Network: study.Network(r.Network)}}
}

const (
	savedNetworks = `
	SELECT id, experimenter, name, network, at
	FROM saved_network
	WHERE experimenter = $1
	ORDER BY name COLLATE "C"`

	// What one experimenter keeps is compared and counted by one transaction at a time.
	lockKeeper = `SELECT id FROM experimenter WHERE id = $1 FOR UPDATE`

	saveNetwork = `INSERT INTO saved_network (experimenter, name, network, at) VALUES ($1, $2, $3, $4)`

	removeNetwork = `DELETE FROM saved_network WHERE experimenter = $1 AND id = $2`
)

// SaveNetwork keeps a network for n.By, or returns what study.SavedNetwork.Check and Beside do. One that is kept already stays as it is.
func (db *DB) SaveNetwork(ctx context.Context, n study.SavedNetwork) error {
	if err := n.Check(); err != nil {
		return err
	}
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := queryValue[study.ExperimenterID](ctx, tx, lockKeeper, n.By); err != nil {
			return err
		}
		rows, err := queryAll[savedNetworkRow](ctx, tx, savedNetworks, n.By)
		if err != nil {
			return err
		}
		if already, err := n.Beside(column(rows, savedNetworkRow.saved)); err != nil || already {
			return err
		}
		_, err = tx.Exec(ctx, saveNetwork, n.By, n.Name, networkDoc(n.Network), n.At)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep network %q for experimenter %d: %w", n.Name, n.By, err)
	}
	return nil
}

// SavedNetworks returns what an experimenter keeps, by name.
func (db *DB) SavedNetworks(ctx context.Context, of study.ExperimenterID) (all []study.SavedNetwork, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[savedNetworkRow](ctx, tx, savedNetworks, of)
		all = column(rows, savedNetworkRow.saved)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("networks of experimenter %d: %w", of, err)
	}
	return all, nil
}

// RemoveNetwork removes a network from those of an experimenter, or returns study.ErrNotFound.
func (db *DB) RemoveNetwork(ctx context.Context, of study.ExperimenterID, id study.SavedNetworkID) error {
	err := db.write(ctx, func(tx pgx.Tx) error { return mustChange(tx.Exec(ctx, removeNetwork, of, id)) })
	if err != nil {
		return fmt.Errorf("remove network %d of experimenter %d: %w", id, of, err)
	}
	return nil
}
