package postgres

import (
	"fmt"

	"vmstudy/study"
)

// levelsRow is the condition of a trial as the table spells it: the names of its levels. A
// statement must select all of levelFields, or its rows do not scan.
type levelsRow struct {
	Method   study.AccessMethod
	Strategy study.Strategy // empty where the trial has none
	Network  string
	Task     study.TaskID
}

// levelFields are the columns of levelsRow. All are empty in rows without a trial.
const levelFields = `coalesce(t.method, '') AS method, coalesce(t.strategy, '') AS strategy,
	       coalesce(t.network, '') AS network, coalesce(t.task, '') AS task`

// condition looks up the levels of the trial in the design of its version.
func (r levelsRow) condition(d study.Design) (study.Condition, error) {
	c := study.Condition{Method: r.Method, Strategy: r.Strategy, Network: study.NoNetwork}
	if found := c.Method.Networked(); found {
		c.Network, found = find(d.Networks, func(n study.NamedNetwork) bool { return n.Name == r.Network })
		if !found {
			return c, fmt.Errorf("network %q is not in the design", r.Network)
		}
	}
	tasks := d.Tasks
	if d.Practice != nil {
		tasks = append(tasks[:len(tasks):len(tasks)], *d.Practice)
	}
	found := false
	if c.Task, found = find(tasks, func(t study.Task) bool { return t.ID == r.Task }); !found {
		return c, fmt.Errorf("task %q is not in the design", r.Task)
	}
	return c, nil
}

func find[T any](list []T, is func(T) bool) (found T, ok bool) {
	for _, x := range list {
		if is(x) {
			return x, true
		}
	}
	return found, false
}

// placedRow says which participant, session and trial an exported row belongs to. A row about the
// person has no trial: Trial is 0 and the levels are empty.
type placedRow struct {
	Participant string
	Session     study.SessionID
	Version     study.VersionID
	Trial       study.TrialID
	Position    int
	levelsRow
}

// placedFields are the columns of placedRow.
const placedFields = `p.code AS participant, s.id AS session, s.version,
	       coalesce(t.id, 0) AS trial, coalesce(t.position, 0) AS position, ` + levelFields
