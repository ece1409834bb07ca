package serpstatapi

import (
	"context"
	"sync"
)

// Answers keeps the good answers to the requests that are made with its context ([WithAnswers]), so that none
// of them is bought again. It is safe for concurrent use.
type Answers struct {
	room func(bytes int64) bool
	mu   sync.Mutex
	kept map[string]any // by request; nil once they are forgotten
}

// NewAnswers returns an empty store. It asks for room before it keeps an answer, and says how many bytes of
// memory that takes, about. room may be called concurrently, and may forget any answers.
func NewAnswers(room func(bytes int64) bool) *Answers {
	return &Answers{room: room, kept: map[string]any{}}
}

// Forget drops the answers, and those that are still to come.
func (a *Answers) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.kept = nil
}

// keepable is an answer that can be used again.
type keepable interface {
	size() int64 // bytes, about
}

func (a *Answers) get(request string) (answer any, ok bool) {
	if a == nil {
		return nil, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	answer, ok = a.kept[request]
	return answer, ok
}

func (a *Answers) put(request string, answer any) {
	k, ok := answer.(keepable)
	if !ok || !a.room(k.size()) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kept != nil {
		a.kept[request] = answer
	}
}

type answersKey struct{}

// WithAnswers returns a context whose requests are answered from what is kept, and whose answers are kept. What is
// kept costs nothing, and still says what it cost: whoever asks as another has must count as that one did.
func WithAnswers(ctx context.Context, answers *Answers) context.Context {
	return context.WithValue(ctx, answersKey{}, answers)
}

// Attach is [WithAnswers].
func (a *Answers) Attach(ctx context.Context) context.Context { return WithAnswers(ctx, a) }

func answersOf(ctx context.Context) *Answers {
	answers, _ := ctx.Value(answersKey{}).(*Answers)
	return answers
}
