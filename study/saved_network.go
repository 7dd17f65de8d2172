package study

import "time"

// SavedNetworkID is the identity of a saved network in the database.
type SavedNetworkID int64

// SavedNetwork is a network that an experimenter keeps apart from studies, to begin others with. A design that begins with it has a copy: what
// becomes of the saved one changes no design.
type SavedNetwork struct {
	ID SavedNetworkID
	By ExperimenterID
	At time.Time
	NamedNetwork
}

const (
	// MaxSavedNetworks is how many networks an experimenter can keep.
	MaxSavedNetworks = 200

	maxNetworkName = 40 // bytes
)

// Check returns why n cannot be kept, or nil.
func (n SavedNetwork) Check() error {
	switch {
	case n.Name == "" || len(n.Name) > maxNetworkName || !isLine(n.Name):
		return invalid("To be kept, a network needs a name of one line and 1 to %d characters.", maxNetworkName)
	case n.Network.Outage:
		return invalid("Nothing passes this network: let an outage be a phase.")
	}
	return n.Network.Validate()
}

// Beside returns whether n is among all that its experimenter keeps already, or why it cannot be kept beside them.
func (n SavedNetwork) Beside(all []SavedNetwork) (already bool, err error) {
	for _, other := range all {
		switch {
		case other.Name != n.Name:
		case other.Network.Equal(n.Network):
			return true, nil
		default:
			return false, Refuse(ErrConflict, "Among your networks is another one called %q, with other values: %s. Give this one another name, or remove that one first.", n.Name, other.Network)
		}
	}
	if len(all) >= MaxSavedNetworks {
		return false, Refuse(ErrConflict, "You keep %d networks, and there is no room for more: remove one first.", len(all))
	}
	return false, nil
}
