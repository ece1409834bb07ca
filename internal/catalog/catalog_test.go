package catalog

import "testing"

func TestDeclarationsAreSound(t *testing.T) {
	names := map[string]bool{}
	for _, declared := range Tables() {
		if err := declared.Check(); err != nil {
			t.Error(err)
		}
		if names[declared.Name] {
			t.Errorf("%s is declared twice", declared.Name)
		}
		names[declared.Name] = true
	}
}
