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

// FullPayload is the payload in bytes of a full packet of study.PacketSize. The other bytes are the
// headers of IP (20) and of TCP with time stamps (32). So a transfer that fills a link has a
// goodput of FullPayload/PacketSize, 96.53 %, of the rate.
const (
	bareHeader  = 20 + 32
	FullPayload = study.PacketSize - bareHeader
)

// Carried is the goodput of one TCP connection in one direction of a link, and all packets of that
// direction in the same time: those of the connection, and acknowledgements of data that flows the
// other way.
type Carried struct {
	Goodput        study.Bitrate // payload that the receiving program got
	Packets, Bytes int64         // IP packets delivered in this direction, and their bytes
}

// Expected returns the goodput of a transfer that fills a direction of the given rate: the rate times
// the share of payload in all bytes. Every packet has a header of bareHeader bytes, which also accounts
// for acknowledgements of data that flows the other way; the remaining bytes are payload.
func (c Carried) Expected(rate study.Bitrate) study.Bitrate {
	if c.Bytes == 0 {
		return 0
	}
	return study.Bitrate(float64(rate) * float64(c.Bytes-bareHeader*c.Packets) / float64(c.Bytes))
}

// Goodput measures the payload that one TCP connection carries over link in one direction during
// span when it sends as much as it can. The measurement begins after warm, in which the connection
// finds its speed. Two calls at the same time can measure both directions.
func Goodput(ctx context.Context, link Link, d study.Direction, warm, span time.Duration) (Carried, error) {
	return carry(ctx, link, d, flood, warm, span)
}

// carry measures the goodput of the data that send sends.
func carry(ctx context.Context, link Link, d study.Direction, send func(net.Conn) error, warm, span time.Duration) (Carried, error) {
	if span <= 0 || warm < 0 {
		return Carried{}, fmt.Errorf("goodput over %v after %v: %w", span, warm, study.ErrInvalid)
	}
	port, receiver := ProbePort, Near
	if d == study.Upward {
		port, receiver = upPort, Far
	}
	var got Carried
	err := converse(ctx, link, port, receiver, func(conn net.Conn) error {
		if _, _, err := drain(conn, warm); err != nil {
			return err
		}
		packets, bytes := delivered(link, d)
		size, took, err := drain(conn, span)
		if err == nil && took == 0 {
			return errors.New("too little arrived to tell")
		}
		got.Packets, got.Bytes = delivered(link, d)
		got.Packets, got.Bytes = got.Packets-packets, got.Bytes-bytes
		got.Goodput = study.Bitrate(float64(size) * 8 / took.Seconds())
		return err
	}, send)
	if err != nil {
		return Carried{}, fmt.Errorf("goodput over %v: %w", span, err)
	}
	return got, nil
}

// delivered returns the packets that link has delivered in one direction, and their bytes.
func delivered(link Link, d study.Direction) (packets, bytes int64) {
	c := link.Counters()
	if d == study.Upward {
		return c.PacketsUp, c.BytesUp
	}
	return c.PacketsDown, c.BytesDown
}

// drain reads for the given time. It returns the bytes between two arrivals, and the time between
// these; see steadily. With fewer than two arrivals both are 0.
func drain(conn net.Conn, during time.Duration) (size int, took time.Duration, err error) {
	began := time.Now()
	if err := conn.SetReadDeadline(began.Add(during)); err != nil {
		return 0, 0, err
	}
	block := make([]byte, 256<<10)
	var came []arrival
	for sum := 0; ; {
		n, err := conn.Read(block)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			size, took = steadily(came)
			return size, took, nil
		case err != nil:
			return 0, 0, err
		}
		sum += n
		came = append(came, arrival{time.Since(began), sum})
	}
}

// arrival says how many bytes had arrived at a time.
type arrival struct {
	at  time.Duration
	sum int
}

// steadily returns the bytes from one arrival in the first quarter of the time to one in the last
// quarter, and the time between these. Counting from arrival to arrival leaves out the gaps at both
// ends. While a packet is missing, TCP keeps back the data behind it, and then delivers all at once.
// So steadily chooses arrivals at which nothing was kept back: those at which the most bytes had
// arrived in relation to the mean rate.
func steadily(came []arrival) (size int, took time.Duration) {
	if len(came) < 2 {
		return 0, 0
	}
	first, last := came[0], came[len(came)-1]
	rate := float64(last.sum-first.sum) / float64(max(1, last.at-first.at))
	ahead := func(a arrival) float64 { return float64(a.sum) - rate*float64(a.at) }
	quarter := (last.at - first.at) / 4
	from, to := first, last
	for _, a := range came {
		if a.at <= first.at+quarter && ahead(a) > ahead(from) {
			from = a
		}
		if a.at >= last.at-quarter && ahead(a) > ahead(to) {
			to = a
		}
	}
	return to.sum - from.sum, to.at - from.at
}

// flood writes until the connection ends.
func flood(conn net.Conn) error {
	block := make([]byte, 45*FullPayload) // a multiple of FullPayload, so that no block ends with a small packet
	for {
		if _, err := conn.Write(block); err != nil {
			return err
		}
	}
}
