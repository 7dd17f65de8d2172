package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// SavedNetworks are the networks that experimenters keep apart from studies, each their own.
type SavedNetworks interface {
	// SaveNetwork returns what study.SavedNetwork.Check and Beside do. One that is kept already stays as it is.
	SaveNetwork(ctx context.Context, n study.SavedNetwork) error
	SavedNetworks(ctx context.Context, of study.ExperimenterID) ([]study.SavedNetwork, error) // by name
	RemoveNetwork(ctx context.Context, of study.ExperimenterID, id study.SavedNetworkID) error
}

// keepNetwork is the beginning of the value of a button in the form of a design, followed by the path of a network, which is then kept apart from
// the study. The design itself is not stored by that.
const keepNetwork = "keep "

// keep keeps the network that the pressed button names, if it is such a button, and puts into f what there is to say about it. in are the fields as
// they came.
func (s *Server) keep(r *http.Request, in url.Values, f *view.DesignForm) error {
	at, is := strings.CutPrefix(in.Get("do"), keepNetwork)
	if !is {
		return nil
	}
	n, err := networkIn(in, at)
	if err == nil {
		n.By, n.At = page.Who(r.Context()).ID, s.Now()
		ctx := r.Context()
		if act, known := audit.From(ctx); known {
			act.What = func() (string, string, string) { return "save a network", r.URL.Path, "network=" + n.Name }
			ctx = audit.During(ctx, act)
		}
		err = s.Store.SaveNetwork(ctx, n)
	}
	if say := study.Sentence(err); say != "" {
		f.KeepRefused = page.Sentence(say)
		return nil
	}
	if err == nil {
		f.Kept = n.Name
	}
	return err
}

// networkIn reads the network that stands at a path of a form. Nothing else of the form needs to be right.
func networkIn(in url.Values, at string) (n study.SavedNetwork, err error) {
	if !strings.HasPrefix(at, "networks[") {
		return n, study.Refuse(study.ErrInvalid, "Only a network can be kept.")
	}
	one := url.Values{}
	for field, values := range in {
		if rest, is := strings.CutPrefix(field, at+"."); is {
			one["networks[0]."+rest] = values
		}
	}
	d, unreadable := document.ReadForm(one)
	for _, f := range unreadable {
		if strings.HasPrefix(f.At, "networks[0]") {
			return n, study.Refuse(study.ErrInvalid, "It is not kept yet: %s", f.Say)
		}
	}
	if len(d.Networks) == 0 {
		return n, study.Refuse(study.ErrInvalid, "This network is empty: fill it in before you keep it.")
	}
	n.NamedNetwork = d.Networks[0]
	return n, nil
}

// ShowNetworks lists the networks that somebody keeps.
func (s *Server) ShowNetworks(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Store.SavedNetworks(r.Context(), page.Who(r.Context()).ID)
	if err != nil {
		return err
	}
	var rows []view.SavedNetwork
	for _, n := range all {
		rows = append(rows, view.SavedNetwork{Name: n.Name, Setting: n.Network.String(), When: s.Moment(n.At), Remove: fmt.Sprintf("/lab/networks/%d/remove", n.ID)})
	}
	return s.Render(w, r, http.StatusOK, view.NetworksPage(s.LabPage(r, "My networks"), rows))
}

// RemoveNetwork removes a network from those that somebody keeps. Who removes one twice finds what they wanted.
func (s *Server) RemoveNetwork(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "network"), 10, 64)
	if err != nil {
		return fmt.Errorf("network %q: %w", chi.URLParam(r, "network"), study.ErrNotFound)
	}
	err = s.Store.RemoveNetwork(r.Context(), page.Who(r.Context()).ID, study.SavedNetworkID(id))
	if err != nil && !errors.Is(err, study.ErrNotFound) {
		return err
	}
	return page.Redirect(w, r, "/lab/networks")
}

// ownNetworks lists what somebody keeps, for the form of a design.
func (s *Server) ownNetworks(r *http.Request) (all []view.ReusedNetwork, err error) {
	saved, err := s.Store.SavedNetworks(r.Context(), page.Who(r.Context()).ID)
	for _, n := range saved {
		all = append(all, reusedNetwork(n.NamedNetwork, n.Name+": "+n.Network.String()))
	}
	return all, err
}
