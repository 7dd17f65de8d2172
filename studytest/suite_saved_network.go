package studytest

import (
	"fmt"
	"time"

	"vmstudy/study"
)

func testSavedNetworks(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	l.must(l.SetPassword(l.ctx(), "bob", "hash"))
	ada, bob := l.named("ada"), l.named("bob")
	saved := func(by study.ExperimenterID, name string, n study.Network) study.SavedNetwork {
		return study.SavedNetwork{By: by, At: Noon, NamedNetwork: study.NamedNetwork{Name: name, Network: n}}
	}
	train := study.Network{Down: 3 * study.Mbps, RTT: 80 * time.Millisecond, Loss: 0.01}
	train.Schedule.Phases = []study.Phase{{From: time.Second, For: 2 * time.Second, Outage: true}}
	l.must(l.SaveNetwork(l.ctx(), saved(ada, "train", train)))
	l.must(l.SaveNetwork(l.ctx(), saved(ada, "train", train))) // twice is once
	l.must(l.SaveNetwork(l.ctx(), saved(ada, "cellar", study.Network{RTT: time.Second})))
	l.must(l.SaveNetwork(l.ctx(), saved(bob, "train", study.Network{RTT: time.Second})))

	l.wantKind("keep other values under a name that is taken", l.SaveNetwork(l.ctx(), saved(ada, "train", study.Network{RTT: time.Second})), study.ErrConflict)
	l.wantKind("keep a network without a name", l.SaveNetwork(l.ctx(), saved(ada, "", train)), study.ErrInvalid)
	l.wantKind("keep a network that cannot be", l.SaveNetwork(l.ctx(), saved(ada, "wrong", study.Network{Loss: 2})), study.ErrInvalid)
	l.wantKind("keep one for nobody", l.SaveNetwork(l.ctx(), saved(ada+bob+1000, "train", train)), study.ErrNotFound)

	of := func(e study.ExperimenterID) []study.SavedNetwork {
		all, err := l.SavedNetworks(l.ctx(), e)
		l.must(err)
		return all
	}
	all := of(ada)
	var names []string
	for _, n := range all {
		names = append(names, n.Name)
	}
	l.wantEqual("the names of what ada keeps", names, []string{"cellar", "train"})
	want := saved(ada, "train", train)
	want.ID = all[1].ID
	l.wantEqual("what ada keeps as train", all[1], want)

	l.wantKind("remove a network of somebody else", l.RemoveNetwork(l.ctx(), bob, all[1].ID), study.ErrNotFound)
	l.must(l.RemoveNetwork(l.ctx(), ada, all[1].ID))
	l.wantKind("remove a network twice", l.RemoveNetwork(l.ctx(), ada, all[1].ID), study.ErrNotFound)
	l.wantEqual("how many are left for ada, and for bob", []int{len(of(ada)), len(of(bob))}, []int{1, 1})

	for i := range study.MaxSavedNetworks - 1 {
		l.must(l.SaveNetwork(l.ctx(), saved(ada, fmt.Sprint("n", i), train)))
	}
	l.wantKind("keep one more than there is room for", l.SaveNetwork(l.ctx(), saved(ada, "more", train)), study.ErrConflict)
}
