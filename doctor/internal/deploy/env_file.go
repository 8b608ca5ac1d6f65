package deploy

// An EnvFile is a file of variables that a workload reads and that is not here; the zero one is none.
type EnvFile struct {
	Name   Text
	spared map[string]bool
}

// Spare says that what sets a variable comes after the file, which does not override it.
func (f *EnvFile) Spare(name string) {
	if f.spared == nil {
		f.spared = map[string]bool{}
	}
	f.spared[name] = true
}

// Sets says whether the file may set a variable, for all that anybody can see.
func (f EnvFile) Sets(name string) bool { return f.Name.Value != "" && !f.spared[name] }
