package mount

// Dir returns the absolute path of the directory.
func (m *Mount) Dir() string { return m.dir }
