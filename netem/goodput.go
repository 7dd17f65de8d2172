package netem

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"vmstudy/study"
)

// FullPayload is what a full packet of study.PacketSize carries: its other bytes are the
// headers of IP (20) and of TCP with time stamps (32). So a transfer that fills a link has
// a goodput of FullPayload/PacketSize, 96.53 %, of the rate.
const FullPayload = study.PacketSize - 20 - 32

// Goodput measures the payload that one TCP connection carries down link, towards the
// participant, during span. It begins after the connection has had warm to find its speed.
func Goodput(ctx context.Context, link Link, warm, span time.Duration) (study.Bitrate, error) {
	if span <= 0 || warm < 0 {
		return 0, fmt.Errorf("goodput over %v after %v: %w", span, warm, study.ErrInvalid)
	}
	var got study.Bitrate
	err := converse(ctx, link, func(near net.Conn) error {
		if _, _, err := drain(near, warm); err != nil {
			return err
		}
		size, took, err := drain(near, span)
		if err == nil && took == 0 {
			return errors.New("too little arrived to tell")
		}
		got = study.Bitrate(float64(size) * 8 / took.Seconds())
		return err
	}, flood)
	if err != nil {
		return 0, fmt.Errorf("goodput over %v: %w", span, err)
	}
	return got, nil
}

// drain reads for the given time. It returns how much came after the first arrival up to
// the last, and the time between the two: counting from arrival to arrival keeps the gaps
// at both ends out of the rate. With fewer than two arrivals both are 0.
func drain(conn net.Conn, during time.Duration) (size int, took time.Duration, err error) {
	if err := conn.SetReadDeadline(time.Now().Add(during)); err != nil {
		return 0, 0, err
	}
	block := make([]byte, 256<<10)
	var first time.Time
	for {
		n, err := conn.Read(block)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return size, took, nil
		case err != nil:
			return 0, 0, err
		case first.IsZero():
			first = time.Now()
		default:
			size, took = size+n, time.Since(first)
		}
	}
}

// flood writes until the connection ends.
func flood(conn net.Conn) error {
	block := make([]byte, 64<<10)
	for {
		if _, err := conn.Write(block); err != nil {
			return err
		}
	}
}
