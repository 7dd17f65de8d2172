package postgres

import (
	"encoding/json"
	"testing"
	"time"

	"vmstudy/study"
)

func TestNetworksOfOlderDocumentsAreStillRead(t *testing.T) {
	const old = `{"down_bps":7200000,"up_bps":1000000,"rtt_ns":120000000,"jitter_ns":5000000,"loss":0.01,"queue_packets":7}`
	want := study.Network{
		Down: 7_200 * study.Kbps, Up: study.Mbps, RTT: 120 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.01, Queue: 7,
	}
	var doc oldNetwork
	if err := json.Unmarshal([]byte(old), &doc); err != nil {
		t.Fatal(err)
	}
	if got := doc.network(); !got.Equal(want) {
		t.Errorf("read %v, want %v", got, want)
	}
}
