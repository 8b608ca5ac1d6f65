package pid1

import (
	"errors"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What a command line asks for in place of a command.
var (
	ErrHelp    = errors.New("help")
	ErrVersion = errors.New("version")
	ErrLicence = errors.New("licence")

	ErrNoCommand = errors.New("no command is given")
)

// Parse reads a command line of tini's and dumb-init's flags and our own, up to the first
// word that is none: the command, which is the rest.
func Parse(args []string, o *Options) (command []string, err error) {
	for len(args) > 0 {
		word := args[0]
		switch {
		case word == "--":
			return given(args[1:])
		case strings.HasPrefix(word, "--"):
			args, err = long(word[2:], args[1:], o)
		case len(word) > 1 && word[0] == '-':
			args, err = short(word[1:], args[1:], o)
		default:
			return args, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return given(nil)
}

func given(command []string) ([]string, error) {
	if len(command) == 0 {
		return nil, ErrNoCommand
	}
	return command, nil
}

// short reads a cluster of one-letter flags, the last of which may have a value behind it.
func short(letters string, rest []string, o *Options) ([]string, error) {
	for i, letter := range []byte(letters) {
		name := string(letter)
		if !takesValue[name] {
			if err := o.set(name, ""); err != nil {
				return nil, err
			}
			continue
		}
		if value := letters[i+1:]; value != "" {
			return rest, o.set(name, value)
		}
		if len(rest) == 0 {
			return nil, errors.New("-" + name + " needs a value")
		}
		return rest[1:], o.set(name, rest[0])
	}
	return rest, nil
}

func long(word string, rest []string, o *Options) ([]string, error) {
	name, value, has := strings.Cut(word, "=")
	if letter, ok := longNames[name]; ok {
		name = letter
	} else if len(name) == 1 {
		name = "-" + name // --s is no flag
	}
	switch {
	case !takesValue[name] && has:
		return nil, errors.New("--" + word + ": it takes no value")
	case !takesValue[name] || has:
		return rest, o.set(name, value)
	case len(rest) == 0:
		return nil, errors.New("--" + word + " needs a value")
	}
	return rest[1:], o.set(name, rest[0])
}

var (
	takesValue = set("e", "p", "r", "grace", "linger")
	longNames  = map[string]string{"single-child": "c", "rewrite": "r", "verbose": "v", "help": "h", "version": "V"}
)

// set sets what one flag says.
func (o *Options) set(name, value string) error {
	switch name {
	case "h":
		return ErrHelp
	case "V":
		return ErrVersion
	case "l":
		return ErrLicence
	case "s": // it always is
	case "g":
		return o.SetAim(AimGroup)
	case "c":
		return o.SetAim(AimChild)
	case "w":
		o.Reaped = true
	case "v":
		o.Verbosity++
	case "e":
		return o.AddZero(value)
	case "p":
		return o.SetParentDeath(value)
	case "r":
		return o.AddRewrite(value)
	case "grace":
		return o.SetGrace("--grace", value)
	case "linger":
		return o.SetLinger("--linger", value)
	default:
		return errors.New("unknown flag -" + name)
	}
	return nil
}

// SetAim chooses who gets signals.
func (o *Options) SetAim(aim Aim) error {
	if o.Aim != AimWorker && o.Aim != aim {
		return errors.New("-g and -c exclude each other")
	}
	o.Aim = aim
	return nil
}

// AddZero adds an exit code in place of which the init ends with 0.
func (o *Options) AddZero(value string) error {
	code, err := strconv.Atoi(value)
	if err != nil || code < 0 || code > 255 {
		return errors.New("-e " + value + ": an exit code is a number from 0 to 255")
	}
	o.Zero = append(o.Zero, code)
	return nil
}

// SetParentDeath sets the signal that comes when the parent has ended.
func (o *Options) SetParentDeath(value string) error {
	sig, ok := Signal(value)
	if !ok || sig == 0 {
		return errors.New("-p " + value + ": no such signal; they are called SIGTERM and so on")
	}
	o.ParentDeath = sig
	return nil
}

// AddRewrite adds a pair of signals, a:b.
func (o *Options) AddRewrite(value string) error {
	from, to, ok := strings.Cut(value, ":")
	a, okA := Signal(from)
	b, okB := Signal(to)
	if !ok || !okA || !okB || a == 0 {
		return errors.New("-r " + value + ": it is two signals, such as TERM:QUIT or 15:3, the second may be 0")
	}
	if o.Rewrite == nil {
		o.Rewrite = make(map[syscall.Signal]syscall.Signal)
	}
	o.Rewrite[a] = b
	return nil
}

// SetGrace sets Grace; 0 is unknown. The name is for errors.
func (o *Options) SetGrace(name, value string) error { return duration(name, value, &o.Grace) }

// SetLinger sets Linger; 0 is none at all.
func (o *Options) SetLinger(name, value string) error {
	if err := duration(name, value, &o.Linger); err != nil {
		return err
	}
	if o.Linger == 0 {
		o.Linger = -1
	}
	return nil
}

// duration reads seconds or 1m30s.
func duration(name, value string, to *time.Duration) error {
	d, err := time.ParseDuration(value)
	if seconds, bad := strconv.ParseFloat(value, 64); bad == nil {
		d, err = time.Duration(seconds*float64(time.Second)), nil
	}
	if err != nil || d < 0 {
		return errors.New(name + " " + value + ": it is seconds, or 1m30s")
	}
	*to = d
	return nil
}
