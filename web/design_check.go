package web

import (
	"net/url"
	"time"

	"vmstudy/study"
)

// checkDesign returns what keeps d from being published, as one sentence for each field.
// study.Design.Validate knows the rules, but it reports only the first broken one, and not its
// field. So checkDesign puts each field into an otherwise valid design: if Validate then complains,
// that field is at fault.
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
		bad.add("", "%s", say) // every field is valid by itself, so they contradict each other
	}
	return bad
}

// designParts returns, for each field of the form, a function that puts its value into a design.
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

// sound returns a valid design.
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

// putTasks puts d's tasks into s. Without an appliance there can be no tasks, and the fault of the
// appliance says so already.
func putTasks(s *study.Design, d study.Design) {
	if d.Appliance != "" {
		s.Tasks = d.Tasks
	}
}

// putNetworks puts as many networks as d has into s, but not their values, which checkNetworks
// checks. The methods decide whether a design needs networks.
func putNetworks(s *study.Design, d study.Design) {
	if len(d.Methods) > 0 { // without methods, the fault of the methods says so already
		s.Methods = d.Methods
		s.Networks = nameless(d.Networks)
	}
}

// nameless returns as many valid networks as list has.
func nameless(list []study.NamedNetwork) []study.NamedNetwork {
	all := make([]study.NamedNetwork, len(list))
	for i := range all {
		all[i].Name = networkFault(i)
	}
	return all
}

// checkNetworks checks each network together with the valid ones above it. So if two networks have
// the same name, the second one is at fault. It skips empty rows of the form.
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
