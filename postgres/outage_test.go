package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"vmstudy/postgres"
	"vmstudy/studytest"
)

func TestCallsOutliveARestartOfTheServer(t *testing.T) {
	db, p := openThrough(t)
	ctx := t.Context()
	a := attempt(t, db)
	for name, call := range map[string]func() error{
		"a read":   func() error { _, err := db.Studies(ctx); return err },
		"a write":  func() error { return db.SetPassword(ctx, "ada", "hash") },
		"a batch":  func() error { return db.SaveBatch(ctx, batchFrom(a, 1)) },
		"a repeat": func() error { return db.SaveBatch(ctx, batchFrom(a, 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			must(t, call())
			p.cut(4)
			if err := call(); err != nil {
				t.Errorf("after the connections were cut and 4 refused: %v", err)
			}
		})
	}
}

func TestOpenWaitsForAServerThatComesUp(t *testing.T) {
	_, p := openThrough(t)
	p.cut(3)
	db, err := postgres.Open(t.Context(), p.url)
	must(t, err)
	db.Close()
}

// oneCommit applies the given fate to the first commit that a client sends, and lets everything
// else pass.
func oneCommit(what fate) func([]byte) fate {
	done := false
	return func(sent []byte) fate {
		if done || !bytes.Contains(bytes.ToLower(sent), []byte("commit")) {
			return passes
		}
		done = true
		return what
	}
}

func TestACommitWithoutAnAnswerIsNotRepeated(t *testing.T) {
	for name, test := range map[string]struct {
		fate fate
		kept int
	}{
		"the server never got it":              {isCut, 0},
		"the server got it and went off after": {isMuted, 1},
	} {
		t.Run(name, func(t *testing.T) {
			db, p := openThrough(t)
			p.watch(oneCommit(test.fate))
			_, err := db.CreateStudy(t.Context(), 0, studytest.OneTrial(), studytest.Noon)
			if !errors.Is(err, postgres.ErrUnavailable) {
				t.Errorf("got %v, want ErrUnavailable", err)
			}
			all, err := db.Studies(t.Context())
			must(t, err)
			if len(all) != test.kept {
				t.Errorf("%d studies are there, want %d", len(all), test.kept)
			}
		})
	}
}

func TestATransactionCutBeforeItsCommitHappensOnce(t *testing.T) {
	db, p := openThrough(t)
	must(t, db.SetPassword(t.Context(), "ada", "hash")) // now a connection is open that has not prepared the INSERT below, so its text will be sent
	cuts := 0
	p.watch(func(sent []byte) fate {
		if cuts < 3 && bytes.Contains(sent, []byte("INSERT INTO study")) {
			cuts++
			return isCut
		}
		return passes
	})
	_, err := db.CreateStudy(t.Context(), 0, studytest.OneTrial(), studytest.Noon)
	must(t, err)
	all, err := db.Studies(t.Context())
	must(t, err)
	if cuts != 3 || len(all) != 1 {
		t.Errorf("after %d cuts %d studies are there, want 1 after 3", cuts, len(all))
	}
}

func TestABatchWhoseAnswerWasLostIsKeptOnce(t *testing.T) {
	db, p := openThrough(t)
	a := attempt(t, db)
	muted := false
	p.watch(func(sent []byte) fate {
		if muted || !bytes.HasSuffix(sent, []byte("commit\x00")) {
			return passes
		}
		muted = true
		return isMuted
	})
	must(t, db.SaveBatch(t.Context(), batchFrom(a, 1)))
	if n := countInteractions(t, db); n != batch || !muted {
		t.Errorf("%d rows are there, want %d (an answer was lost: %v)", n, batch, muted)
	}
}

func TestAPersonWhoLeavesDoesNotWait(t *testing.T) {
	db, p := openThrough(t)
	ctx, leave := context.WithCancelCause(t.Context())
	errLeft := errors.New("the page was closed")
	p.cut(1_000_000)
	leave(errLeft)
	if _, err := db.Study(ctx, 1); !errors.Is(err, errLeft) {
		t.Errorf("got %v, want %v", err, errLeft)
	}
}
