package main

import (
	"os"
	"strings"
	"time"
	_ "time/tzdata" // for computers without zone files

	"vmstudy/study"
)

// zoneinfo is part of the paths of zone files. /etc/localtime is a link to the file of the system's zone.
const zoneinfo = "/zoneinfo/"

// zone returns the laboratory's time zone: the chosen one, or else the system's. If the system's zone has a name, it is found
// by that, so that pages can say Europe/Berlin instead of CET.
func (c Config) zone() (*time.Location, error) {
	if c.Zone != "" {
		zone, err := time.LoadLocation(c.Zone)
		if err != nil || c.Zone == "Local" {
			return nil, study.Refuse(study.ErrInvalid, "“%s” is not a time zone: write --zone as in Europe/Berlin.", c.Zone)
		}
		return zone, nil
	}
	name, set := os.LookupEnv("TZ")
	if !set {
		path, err := os.Readlink("/etc/localtime")
		if err != nil {
			return time.Local, nil
		}
		_, name, _ = strings.Cut(path, zoneinfo)
	}
	name = strings.TrimPrefix(strings.TrimPrefix(name, ":"), "/usr/share"+zoneinfo)
	if zone, err := time.LoadLocation(name); err == nil && zone.String() != "Local" {
		return zone, nil
	}
	return time.Local, nil
}
