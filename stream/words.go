package stream

import "vmstudy/stream/forecast"

// Words of package forecast that everybody who streams needs.
type (
	Access = forecast.Access
	Trace  = forecast.Trace
)
