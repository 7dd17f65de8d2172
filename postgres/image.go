package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
	"vmstudy/study/audit"
)

const keepImage = `
	INSERT INTO image (sha256, type, content)
	VALUES ($1, $2, $3)
	ON CONFLICT (sha256) DO NOTHING`

// KeepImage stores an image under its hash. If it is there already, nothing changes.
func (db *DB) KeepImage(ctx context.Context, f study.ImageFile) error {
	err := db.write(audit.Silent(ctx), func(tx pgx.Tx) error { // the draft that names it is the entry of the audit
		_, err := tx.Exec(ctx, keepImage, f.SHA256, f.Type, f.Content)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep image %s: %w", f.SHA256, err)
	}
	return nil
}

type imageRow struct {
	SHA256  string `db:"sha256"`
	Type    string
	Content []byte
}

const imageByHash = `SELECT sha256, type, content FROM image WHERE sha256 = $1`

// ImageFile returns the image with a hash, or study.ErrNotFound.
func (db *DB) ImageFile(ctx context.Context, sha256 string) (f study.ImageFile, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		row, err := queryOne[imageRow](ctx, tx, imageByHash, sha256)
		f = study.ImageFile(row)
		return err
	})
	if err != nil {
		return study.ImageFile{}, fmt.Errorf("image %s: %w", sha256, err)
	}
	return f, nil
}
