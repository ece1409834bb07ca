// Package pipehttp serves HTTP through pipes in memory, with net/http on both sides: for tests that need no
// network and no time. All that works for a request is started by the request, so that one that is made in a
// testing/synctest bubble lives there whole, and its timeouts pass at once.
package pipehttp

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// Server is a handler with an address that a [NewTransport] knows.
type Server struct {
	URL     string // http, of a host that is loopback by its name
	handler http.Handler

	mu      sync.Mutex
	idle    sync.Cond // running is 0
	running int       // handlers
	open    map[net.Conn]bool
}

var (
	addresses sync.Map // address → *Server
	ports     atomic.Int64
)

// Serve gives a handler an address of its own.
func Serve(handler http.Handler) *Server {
	address := fmt.Sprintf("localhost:%d", ports.Add(1))
	s := &Server{URL: "http://" + address, handler: handler, open: map[net.Conn]bool{}}
	s.idle.L = &s.mu
	addresses.Store(address, s)
	return s
}

// Close ends all connections, and waits for the handlers.
func (s *Server) Close() {
	addresses.Delete(s.URL[len("http://"):])
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.open {
		_ = conn.Close()
	}
	for s.running > 0 {
		s.idle.Wait()
	}
}

// ServeHTTP calls the handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.count(1)
	defer s.count(-1)
	s.handler.ServeHTTP(w, r)
}

func (s *Server) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running += n; s.running == 0 {
		s.idle.Broadcast()
	}
}

// dial returns the client's end of a new connection.
func (s *Server) dial() net.Conn {
	client, conn := net.Pipe()
	s.state(conn, http.StateNew)
	server := &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0), ConnState: s.state}
	go func() { _ = server.Serve(&listener{conn: conn}) }() // ends at once; the connection goes on
	return client
}

func (s *Server) state(conn net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(s.open, conn)
	} else {
		s.open[conn] = true
	}
}

// listener accepts one connection.
type listener struct{ conn net.Conn }

func (l *listener) Accept() (net.Conn, error) {
	conn := l.conn
	if l.conn = nil; conn == nil {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (l *listener) Close() error   { return nil }
func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// NewTransport returns a transport that reaches every [Server] and nothing else.
func NewTransport() *http.Transport {
	return &http.Transport{DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
		server, ok := addresses.Load(address)
		if !ok {
			return nil, fmt.Errorf("dial %s: connection refused", address)
		}
		return server.(*Server).dial(), nil
	}}
}
