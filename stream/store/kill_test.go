package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"vmstudy/stream/store"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
)

// packEnv makes this test binary a process that packs into the store in that directory.
const packEnv = "STREAM_STORE_TEST_PACK"

func TestMain(m *testing.M) {
	if dir := os.Getenv(packEnv); dir != "" {
		if err := packTwo(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// packTwo packs two appliances that have half in common, and removes one, again and again.
func packTwo(dir string) error {
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for {
		for i, name := range []string{"one", "two"} {
			image := append(streamtest.Pages(1, mib), streamtest.Pages(uint64(2+i), mib)...)
			if _, err := s.Pack(context.Background(), name, name, []wire.Source{streamtest.Source("memory", image)}, nil); err != nil {
				return err
			}
		}
		if _, err := s.Remove(context.Background(), "one", nil); err != nil {
			return err
		}
	}
}

func TestAStoreWhoseWriterIsKilledIsWhole(t *testing.T) {
	dir := t.TempDir()
	for i := range 6 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), packEnv+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 6)); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(20+35*i) * time.Millisecond) // somewhere in its work
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed

		s := open(t, dir)
		if found, err := s.Verify(t.Context(), "", nil); err != nil || len(found) > 0 {
			t.Fatalf("after kill %d: %v, %v", i, found, err)
		}
		image := append(streamtest.Pages(1, mib), streamtest.Pages(9, mib)...)
		pack(t, s, "three", streamtest.Source("memory", image))
		if got, err := content(t, dir, "three", 0); err != nil || !bytes.Equal(got, image) {
			t.Fatalf("packing after kill %d: %v, equal %v", i, err, bytes.Equal(got, image))
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
