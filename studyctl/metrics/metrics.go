// Package metrics counts what a server does, for programs that watch it (Prometheus and others that read its format).
//
// Nothing in it says anything about a person: requests are counted by their routes, such as /p/{link}, never by their paths.
package metrics

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"vmstudy/web/page"
)

// Sources are asked whenever somebody reads the metrics.
type Sources struct {
	Version     string
	Desktops    func() int                            // that are open
	Machines    func() int                            // for which there is room
	Database    func(context.Context) error           // nil means that it answers
	Connections func() (busy, open, most int)         // to the database
	Disk        func() (free, total int64, err error) // of the data directory, in bytes
	Backup      func() time.Time                      // of the newest backup that the server made by itself; zero for none
}

// databaseLimit is how long the database may take to answer.
const databaseLimit = 2 * time.Second

// Metrics are the metrics of one server.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

// New returns metrics that are read from s.
func New(s Sources) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vmstudy_requests_total", Help: "Requests that were answered, by method, route and status.",
		}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "vmstudy_request_seconds", Help: "How long answers took, by route, without websockets.",
			Buckets: []float64{.005, .01, .025, .05, .1, .3, 1, 3, 10, 60},
		}, []string{"route"}),
	}
	gauge := func(name, help string, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("vmstudy_desktops", "Desktops that are open.", func() float64 { return float64(s.Desktops()) })
	gauge("vmstudy_machines", "Machines for which there is room at once.", func() float64 { return float64(s.Machines()) })
	gauge("vmstudy_database_up", "1 if the database answers.", func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), databaseLimit)
		defer cancel()
		if s.Database(ctx) != nil {
			return 0
		}
		return 1
	})
	gauge("vmstudy_database_connections_busy", "Connections to the database at work.", func() float64 { n, _, _ := s.Connections(); return float64(n) })
	gauge("vmstudy_database_connections", "Connections to the database.", func() float64 { _, n, _ := s.Connections(); return float64(n) })
	gauge("vmstudy_database_connections_most", "Connections to the database that there may be.", func() float64 { _, _, n := s.Connections(); return float64(n) })
	gauge("vmstudy_disk_free_bytes", "Room on the disk of the data directory.", func() float64 { n, _, _ := s.Disk(); return float64(n) })
	gauge("vmstudy_disk_bytes", "Size of the disk of the data directory.", func() float64 { _, n, _ := s.Disk(); return float64(n) })
	gauge("vmstudy_backup_seconds", "When the newest backup was made that the server made by itself, in seconds since 1970; 0: there is none.", func() float64 {
		at := s.Backup()
		if at.IsZero() {
			return 0
		}
		return float64(at.Unix())
	})
	version := prometheus.NewGauge(prometheus.GaugeOpts{Name: "vmstudy_info", Help: "1, with the version of the program.", ConstLabels: prometheus.Labels{"version": s.Version}})
	version.Set(1)
	m.registry.MustRegister(version, m.requests, m.took,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// methods are those that are told apart; whoever sends a request may make up others.
var methods = map[string]bool{http.MethodGet: true, http.MethodHead: true, http.MethodPost: true}

// Observe counts a request.
func (m *Metrics) Observe(s page.Served) {
	if !methods[s.Method] {
		s.Method = "other"
	}
	m.requests.WithLabelValues(s.Method, s.Route, strconv.Itoa(s.Status)).Inc()
	if s.Status != http.StatusSwitchingProtocols {
		m.took.WithLabelValues(s.Route).Observe(s.Took.Seconds())
	}
}

// Limits for whoever reads the metrics.
const (
	readLimit     = 5 * time.Second  // for a request with its header and body
	answerLimit   = 30 * time.Second // for an answer, counted from the request's header
	idleLimit     = 2 * time.Minute  // between two requests
	shutdownLimit = 5 * time.Second
)

// Serve answers /metrics on a listener of its own until ctx ends.
func (m *Metrics) Serve(ctx context.Context, listener net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	server := &http.Server{Handler: mux, ReadTimeout: readLimit, WriteTimeout: answerLimit, IdleTimeout: idleLimit}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
		defer cancel()
		ended <- server.Shutdown(stopping)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
}
