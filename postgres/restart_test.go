package postgres_test

import (
	"context"
	"os"
	"testing"

	"vmstudy/postgres"
	"vmstudy/postgres/embedded"
	"vmstudy/studytest"
)

// startIn starts a cluster for this test alone: the tests share another one, which must not be
// restarted.
func startIn(t *testing.T, dir string) *embedded.Cluster {
	t.Helper()
	c, err := embedded.Start(t.Context(), embedded.Config{Dir: dir, Throwaway: true})
	must(t, err)
	return c
}

func TestNothingAcknowledgedIsLostOverARestart(t *testing.T) {
	studytest.Need(t, "postgres")
	dir, err := os.MkdirTemp("", "pg") // the path of t.TempDir is too long for a socket
	must(t, err)
	must(t, os.Chmod(dir, 0o711)) // if root runs the test, the server runs as another user
	t.Cleanup(func() { os.RemoveAll(dir) })
	cluster := startIn(t, dir)
	url := cluster.URL("postgres")
	_, err = postgres.Migrate(t.Context(), url)
	must(t, err)
	db, err := postgres.Open(t.Context(), url)
	must(t, err)

	acknowledged, last := make(chan int), make(chan int, 1)
	writing, enough := context.WithCancel(t.Context())
	defer enough()
	a := attempt(t, db)
	go func() {
		defer close(acknowledged)
		defer close(last)
		for n := 0; ; n++ {
			if err := db.SaveBatch(t.Context(), batchFrom(a, int64(n+1))); err != nil {
				t.Errorf("batch %d: %v", n, err)
				return
			}
			select {
			case acknowledged <- n:
			case <-writing.Done():
				last <- n + 1
				return
			}
		}
	}()
	<-acknowledged
	must(t, cluster.Stop(t.Context())) // breaks the connection while the writer uses it
	cluster = startIn(t, dir)
	t.Cleanup(func() { must(t, cluster.Stop(context.WithoutCancel(t.Context()))) })
	t.Cleanup(db.Close)
	<-acknowledged
	<-acknowledged
	enough()
	batches, ok := <-last
	if !ok {
		t.Fatal("the writer failed")
	}
	if n := countInteractions(t, db); n != batches*batch {
		t.Errorf("%d rows are there, want the %d that were acknowledged", n, batches*batch)
	}
}
