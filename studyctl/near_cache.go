package main

import (
	"log/slog"

	"vmstudy/session"
	"vmstudy/stream/cache"
)

// giveCache gives lab a near cache in the data directory, for streams that begin warm. If the cache cannot be used, that is
// logged, and the server serves all the same: the record of each trial says how much was in the cache. release closes it.
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
