package serpstatapi

import (
	"errors"
	"net"
	"net/url"
	"testing"
)

// A request that has never left costs nothing. One whose connection breaks later may have been charged.
func TestWhatMayHaveBeenChargedWhereTheNetworkFails(t *testing.T) {
	for op, lost := range map[string]bool{"dial": false, "read": true, "write": true} {
		err := &url.Error{Op: "Post", Err: &net.OpError{Op: op, Err: errors.New("it breaks")}}
		if e := (&Client{}).networkError(t.Context(), err); e.lost != lost {
			t.Errorf("%s: lost is %t", op, e.lost)
		}
	}
}
