package ingestbench

import (
	"os"
	"strings"
	"testing"

	"vmstudy/bench"
	"vmstudy/studytest"
	"vmstudy/web/password"
)

func TestMain(m *testing.M) {
	password.ExecMain()
	os.Exit(m.Run())
}

// TestStrangersWhoSignInDoNotDisturbTheClockOfATrial bounds a figure of the bench generously, since a test may share its
// computer: when passwords were checked in the server's own process, an exchange took 9.4 ms.
func TestStrangersWhoSignInDoNotDisturbTheClockOfATrial(t *testing.T) {
	studytest.Need(t, "postgres")
	rows, err := within(measureSignIns)(t.Context(), bench.Setting{Quick: true, Show: func(int, int) {}})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bench.Row{}
	for _, r := range rows {
		t.Logf("%s, %s: %.2f %s", r.Name, r.Condition, r.Value, r.Unit)
		found[strings.TrimSuffix(r.Name, "_max")] = r
	}
	exchange := found["clock_exchange_median"]
	if exchange.Peer == nil {
		t.Fatalf("the rows are %+v", rows)
	}
	t.Logf("without them an exchange takes %.2f ms", *exchange.Peer)
	if exchange.Value > *exchange.Peer+5 {
		t.Errorf("a clock exchange takes %.2f ms beside sign-ins and %.2f without, want at most 5 ms more", exchange.Value, *exchange.Peer)
	}
	if n := found["passwords_checked"].Value; n < 20 {
		t.Errorf("%.0f passwords were checked at a time, so little was tried", n)
	}
}
