package main

import (
	"log/slog"

	"vmstudy/session"
	"vmstudy/stream/cache"
)

// giveCache lets warm streams of lab keep pages in the data directory. A cache that cannot be used
// is told, and no reason not to serve: a trial's record says how much was there. release gives it
// back.
func giveCache(c Config, lab *session.Lab) (release func()) {
	if c.Cache <= 0 {
		return func() {}
	}
	kept, err := cache.Open(cache.Config{
		Dir: c.cacheDir(), Limit: int64(c.Cache) << 20,
		Full: func(err error) { slog.Warn("the near cache keeps no more pages", "err", err) },
	})
	if err != nil {
		slog.Warn("the near cache cannot be used: streams that should begin warm begin cold", "err", err)
		return func() {}
	}
	lab.Cache = kept
	return func() {
		if err := kept.Close(); err != nil {
			slog.Warn("closing the near cache", "err", err)
		}
	}
}
