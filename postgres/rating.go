package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

const (
	recordRating = `
	INSERT INTO rating (session, trial, instrument, at)
	VALUES ($1, nullif($2::bigint, 0), $3, $4)
	ON CONFLICT DO NOTHING
	RETURNING id`

	recordAnswer = `
	INSERT INTO answer (rating, position, item, value)
	VALUES ($1, $2, $3, $4)`
)

// RecordRating stores the answers to one instrument, for a trial of the session or, with trial 0,
// about the person. If the instrument was answered before, the first answers stay and the error is
// nil. If an item is answered twice in the rating, or the participant cannot go on, the error is study.ErrConflict.
func (db *DB) RecordRating(ctx context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		searching, err := lockSearch(ctx, tx, sessionSearchingByTrial, int64(trial))
		if err != nil {
			return err
		}
		if err := mayGoOn(ctx, tx, id); err != nil {
			return err
		}
		rating, err := queryValue[int64](ctx, tx, recordRating, id, trial, r.Instrument, r.At)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // stored before
		}
		if err != nil {
			return err
		}
		var answers pgx.Batch
		for i, a := range r.Answers {
			answers.Queue(recordAnswer, rating, i, a.Item, a.Value)
		}
		if err := tx.SendBatch(ctx, &answers).Close(); err != nil {
			return err
		}
		return layOutNext(ctx, tx, searching)
	})
	if err != nil {
		return fmt.Errorf("record %s of session %d, trial %d: %w", r.Instrument, id, trial, err)
	}
	return nil
}

type ratingRow struct {
	ID         int64
	Trial      study.TrialID
	Instrument string
	At         time.Time
	Items      []string
	Values     []string
}

func (r ratingRow) rating() study.Rating {
	rating := study.Rating{Instrument: r.Instrument, At: r.At}
	for i, item := range r.Items {
		rating.Answers = append(rating.Answers, study.Answer{Item: item, Value: r.Values[i]})
	}
	return rating
}

const (
	ratingsOfSession = `
	SELECT r.id, coalesce(r.trial, 0) AS trial, r.instrument, r.at,
	       ARRAY(SELECT a.item FROM answer a WHERE a.rating = r.id ORDER BY a.position) AS items,
	       ARRAY(SELECT a.value FROM answer a WHERE a.rating = r.id ORDER BY a.position) AS values
	FROM rating r
	WHERE r.session = $1
	ORDER BY r.at, r.id`

	hasSession = `SELECT id FROM session WHERE id = $1`
)

func queryRatings(ctx context.Context, tx pgx.Tx, id study.SessionID) (map[study.TrialID][]study.Rating, error) {
	rows, err := queryAll[ratingRow](ctx, tx, ratingsOfSession, id)
	ratings := map[study.TrialID][]study.Rating{}
	for _, r := range rows {
		ratings[r.Trial] = append(ratings[r.Trial], r.rating())
	}
	return ratings, err
}

// Ratings returns all answers of a session by trial (0: about the person), in the order in which
// they were given.
func (db *DB) Ratings(ctx context.Context, id study.SessionID) (map[study.TrialID][]study.Rating, error) {
	var ratings map[study.TrialID][]study.Rating
	err := db.read(ctx, func(tx pgx.Tx) error {
		if _, err := queryValue[study.SessionID](ctx, tx, hasSession, id); err != nil {
			return err
		}
		var err error
		ratings, err = queryRatings(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ratings of session %d: %w", id, err)
	}
	return ratings, nil
}
