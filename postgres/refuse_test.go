package postgres

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"vmstudy/study"
)

func TestAFullDiskIsSaidAndMayBeTriedAgain(t *testing.T) {
	err := explain(&pgconn.PgError{Code: "53100", Message: "could not extend file: No space left on device"})
	if !errors.Is(err, ErrUnavailable) || !strings.Contains(study.Sentence(err), "disk of the server is full") {
		t.Errorf("explain = %v, want ErrUnavailable with a sentence about the disk", err)
	}
}
