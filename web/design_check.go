package web

import (
	"net/url"
	"time"

	"vmstudy/study"
)

// checkDesign says what keeps d from being published, each thing beside its field. The rules
// are study's, which reports the first broken one and knows nothing of fields. So each
// field is put alone into a design that is sound: what is refused then is the field's fault.
func checkDesign(d study.Design, in url.Values) faults {
	bad := faults{}
	for field, put := range designParts(d) {
		alone := sound()
		put(&alone)
		if say := study.Sentence(alone.Validate()); say != "" {
			bad.add(field, "%s", say)
		}
	}
	checkNetworks(d, in, bad)
	if say := study.Sentence(d.Validate()); say != "" && len(bad) == 0 {
		bad.add("", "%s", say) // no part alone is at fault, so it is how they go together
	}
	return bad
}

// designParts are the fields of the form and what each puts into a design.
func designParts(d study.Design) map[string]func(*study.Design) {
	return map[string]func(*study.Design){
		"title":     func(s *study.Design) { s.Title = d.Title },
		"consent":   func(s *study.Design) { s.Consent = d.Consent },
		"thanks":    func(s *study.Design) { s.Thanks = d.Thanks },
		"appliance": func(s *study.Design) { s.Appliance = d.Appliance },
		"method":    func(s *study.Design) { s.Methods = d.Methods },
		"task":      func(s *study.Design) { putTasks(s, d) },
		"networks":  func(s *study.Design) { putNetworks(s, d) },
		"order":     func(s *study.Design) { s.Order = d.Order },
		"limit":     func(s *study.Design) { s.TrialLimit = d.TrialLimit },
		"pause":     func(s *study.Design) { s.PauseEvery = d.PauseEvery },
		"setup":     func(s *study.Design) { s.SetUp = d.SetUp },
		"record":    func(s *study.Design) { s.Record = d.Record },
	}
}

// sound returns a design without a fault.
func sound() study.Design {
	return study.Design{
		Title: "sound", Consent: "sound", Appliance: "sound",
		Methods:    []study.AccessMethod{study.VNC},
		Networks:   []study.NamedNetwork{{Name: "sound"}},
		Tasks:      []study.Task{{ID: "sound"}},
		Order:      study.Williams,
		TrialLimit: time.Minute,
	}
}

// putTasks puts d's tasks into s, unless there is no appliance to have any: that is said
// beside the appliance.
func putTasks(s *study.Design, d study.Design) {
	if d.Appliance != "" {
		s.Tasks = d.Tasks
	}
}

// putNetworks puts no more than the number of d's networks into s: each of them is looked at
// by checkNetworks. Whether there must be any depends on the methods.
func putNetworks(s *study.Design, d study.Design) {
	if len(d.Methods) > 0 { // that there are none is said beside the methods
		s.Methods = d.Methods
		s.Networks = nameless(d.Networks)
	}
}

// nameless returns as many sound networks as there are in list.
func nameless(list []study.NamedNetwork) []study.NamedNetwork {
	all := make([]study.NamedNetwork, len(list))
	for i := range all {
		all[i].Name = networkFault(i)
	}
	return all
}

// checkNetworks checks each network together with those above it, so that of two with the
// same name the second is at fault. The rows of the form that are empty are passed over.
func checkNetworks(d study.Design, in url.Values, bad faults) {
	alone, next := sound(), 0
	alone.Networks = nil
	for row := range in["net-name"] {
		if emptyNetwork(in, row) || next >= min(len(d.Networks), study.MaxLevels) {
			continue
		}
		n := d.Networks[next]
		next++
		with := alone
		with.Networks = append(alone.Networks[:len(alone.Networks):len(alone.Networks)], n)
		if say := study.Sentence(with.Validate()); say != "" {
			bad.add(networkFault(row), "%s", say)
			continue
		}
		alone = with
	}
}
