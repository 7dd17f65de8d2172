package api

import (
	"errors"
	"testing"

	"vmstudy/study"
	"vmstudy/web/page"
)

func TestCostlyAnswersAreMadeInTurn(t *testing.T) {
	var all turns
	var back []func()
	take := func(of study.TokenID) error {
		give, err := all.take(of)
		if err == nil {
			back = append(back, give)
		}
		return err
	}
	for range costlyOfToken {
		if err := take(1); err != nil {
			t.Fatal(err)
		}
	}
	if err := take(1); !errors.Is(err, page.ErrLimited) || study.Sentence(err) == "" {
		t.Errorf("one more of the same token: %v, want a refusal with a sentence", err)
	}
	for i := range costlyInAll - costlyOfToken {
		if err := take(study.TokenID(i + 2)); err != nil {
			t.Fatalf("another token has to wait: %v", err)
		}
	}
	if err := take(100); !errors.Is(err, page.ErrLimited) || study.Sentence(err) == "" {
		t.Errorf("one more than there are in all: %v, want a refusal with a sentence", err)
	}
	for _, give := range back {
		give()
	}
	if err := take(1); err != nil || all.all != 1 || len(all.of) != 1 {
		t.Errorf("after all were given back: %v, and %d of %v are counted, want one", err, all.all, all.of)
	}
}
