package settings

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// FileName is the configuration file that is looked for when none is named.
const FileName = "tasuki.yml"

// maxFile is more than a configuration of one set of workers can need.
const maxFile = 1 << 20

// ReadFile reads a configuration file; an empty path means tasuki.yml in the working
// directory, which may be missing. It answers what could be read also with an error, which
// is a *[Mistake] if the file can be read but says what it should not.
func ReadFile(path string) (*Settings, error) {
	named := path != ""
	if !named {
		path = FileName
	}
	path, err := filepath.Abs(path)
	s := NoFile(path)
	if err != nil {
		return s, fmt.Errorf("find %s: %w (hint: does the working directory still exist?)", FileName, err)
	}
	text, err := readAll(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !named:
		return s, nil
	case err != nil:
		s.blank = true
		return s, err
	}
	sum := sha256.Sum256(text)
	s.Read, s.sum = true, sum[:]
	return s, s.parse(text)
}

// NoFile are settings without a file; path is where there would be one.
func NoFile(path string) *Settings {
	return &Settings{Path: path, said: map[string][]string{}, flags: map[string][]string{}}
}

func readAll(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w (hint: name the file with --file, or start from the directory that has it)", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &Mistake{Where: path, What: "it is a directory", Hint: "name the file in it"}
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, &Mistake{Where: path, What: "it has more than 1 MB", Hint: "this is the file of one set of workers"}
	}
	return text, nil
}

// parse reads the file's keys, as far as it can, and answers the first mistake.
func (s *Settings) parse(text []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		s.blank = true
		return s.unreadable(err)
	}
	if len(doc.Content) == 0 {
		return nil // it has nothing but comments
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		s.blank = true
		return s.mistake(top, "", "it is no list of keys", "write one key: value per line, such as workers: 3")
	}
	var first error
	for i := 0; i+1 < len(top.Content); i += 2 {
		if err := s.key(top.Content[i], top.Content[i+1]); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// key reads one key with its value.
func (s *Settings) key(name, value *yaml.Node) error {
	k, ok := keys[name.Value]
	if !ok {
		return s.mistake(name, name.Value, "there is no such key", nearest(name.Value))
	}
	if _, twice := s.said[name.Value]; twice {
		return s.mistake(name, name.Value, "it is there twice", "leave one of them out")
	}
	for value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	v, err := valueOf(value)
	if err == nil {
		err = k.set(s, v, filepath.Dir(s.Path))
	}
	var bad *badValue
	if errors.As(err, &bad) {
		at := value
		if bad.line > 0 {
			at = &yaml.Node{Line: bad.line}
		}
		return s.mistake(at, name.Value, bad.what, bad.hint)
	}
	s.said[name.Value] = v.words()
	return err
}

// Again reads the same file and flags, and other flags that go before them.
func (s *Settings) Again(flags map[string][]string) (*Settings, error) {
	set := NoFile(s.Path)
	if s.Read {
		var err error
		if set, err = ReadFile(s.Path); err != nil {
			return set, err
		}
	}
	all := maps.Clone(s.flags)
	maps.Copy(all, flags)
	for _, key := range sortedKeys(all) {
		if err := set.Set(key, all[key]...); err != nil {
			return set, err
		}
	}
	return set, set.Complete()
}
