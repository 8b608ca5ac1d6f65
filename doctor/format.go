package doctor

import "slices"

// A format is a kind of file that describes a deployment.
type format struct {
	name string
	// named says whether a file may be one, by its path.
	named func(name string) bool
	// holds says whether it is one, by its content. nil: its name is enough.
	holds func(content []byte) bool
	// usual says whether such a name is usual for one, so that nobody needs to look into it;
	// nil: where holds is nil, every name that named takes.
	usual func(name string) bool
	// read adds to the site what the file says. An error: it could not be read.
	read func(s *site, name string, content []byte) error
	// always: it is read also where another file alone is asked for, since others refer to it.
	always bool
	// end adds what only all files of the format say together. nil: nothing.
	end func(s *site)
}

// tells says whether a file's name alone says that it is one.
func (f format) tells(name string) bool {
	switch {
	case f.usual != nil:
		return f.usual(name)
	case f.holds == nil:
		return f.named(name)
	}
	return false
}

// formats are read in this order: what refers to images comes after them.
func formats() []format {
	return slices.Concat(imageFormats, composeFormats, kubernetesFormats, ecsFormats, makerFormats, systemdFormats, supervisorFormats, scriptFormats)
}
