package table

import "context"

// Payer pays for requests. It is asked before each attempt at one, and told what became of it.
type Payer interface {
	// Reserve promises the credits that an attempt may cost, or refuses.
	Reserve() (credits int64, err error)
	// Settle says what the attempt has cost; known is false where its answer was lost, so that it may have been charged.
	Settle(credits int64, known bool)
}

type payerKey struct{}

// WithPayer returns a context whose requests are paid for by payer.
func WithPayer(ctx context.Context, payer Payer) context.Context {
	return context.WithValue(ctx, payerKey{}, payer)
}

// PayerOf returns the context's payer, one who pays for all if there is none.
func PayerOf(ctx context.Context) Payer {
	if payer, ok := ctx.Value(payerKey{}).(Payer); ok {
		return payer
	}
	return generous{}
}

type generous struct{}

func (generous) Reserve() (int64, error) { return 0, nil }
func (generous) Settle(int64, bool)      {}
