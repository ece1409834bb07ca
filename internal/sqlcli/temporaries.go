package sqlcli

import (
	"os"
	"sync"
)

// temporaries are the files and directories that are removed before the process ends, however it does: a second Ctrl-C
// runs no deferred call.
var temporaries pathSet

type pathSet struct {
	mu    sync.Mutex
	paths map[string]bool
}

func (s *pathSet) add(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paths == nil {
		s.paths = map[string]bool{}
	}
	s.paths[path] = true
}

// drop is for what is no longer there, or is to stay.
func (s *pathSet) drop(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.paths, path)
}

// remove removes one.
func (s *pathSet) remove(path string) {
	os.RemoveAll(path)
	s.drop(path)
}

func (s *pathSet) removeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for path := range s.paths {
		os.RemoveAll(path)
	}
}
