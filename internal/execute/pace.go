package execute

import "context"

// pace is how far the scan's reader has come in the pages of a series: a [series.Pace].
type pace struct {
	x    *Execution
	ctx  context.Context
	ends []int64 // rows that the scan has sent, at the end of each page
}

// end notes that all rows of the page that was returned last, which match, have been sent.
func (p *pace) end(pages int) {
	if p != nil && len(p.ends) < pages {
		p.ends = append(p.ends, p.x.sent)
	}
}

func (p *pace) Taken() int {
	got, known := p.x.Reader.Taken(p.ctx)
	n := 0
	for n < len(p.ends) && (!known || p.ends[n] <= got) {
		n++
	}
	return n
}

func (p *pace) Await(ctx context.Context, pages int) {
	if pages > 0 && pages <= len(p.ends) {
		p.x.Reader.Consumed(ctx, p.ends[pages-1])
	}
}
