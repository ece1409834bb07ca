package series

import "container/heap"

// Merge reads several ordered streams as one. Each stream's next returns its rows in order and ok false
// after the last; less is the order. Equal rows come in the order of the streams.
func Merge[R any](streams []func() (row R, ok bool, err error), less func(a, b R) bool, yield func(stream int, row R) (more bool, err error)) error {
	h := &heads[R]{less: less}
	for i, next := range streams {
		row, ok, err := next()
		if err != nil {
			return err
		}
		if ok {
			h.items = append(h.items, head[R]{i, row})
		}
	}
	heap.Init(h)
	for h.Len() > 0 {
		top := h.items[0]
		if more, err := yield(top.stream, top.row); err != nil || !more {
			return err
		}
		row, ok, err := streams[top.stream]()
		if err != nil {
			return err
		}
		if !ok {
			heap.Pop(h)
			continue
		}
		h.items[0].row = row
		heap.Fix(h, 0)
	}
	return nil
}

type head[R any] struct {
	stream int
	row    R
}

type heads[R any] struct {
	items []head[R]
	less  func(a, b R) bool
}

func (h *heads[R]) Len() int { return len(h.items) }
func (h *heads[R]) Less(i, j int) bool {
	a, b := h.items[i], h.items[j]
	if h.less(a.row, b.row) || h.less(b.row, a.row) {
		return h.less(a.row, b.row)
	}
	return a.stream < b.stream
}
func (h *heads[R]) Swap(i, j int) { h.items[i], h.items[j] = h.items[j], h.items[i] }
func (h *heads[R]) Push(x any)    { h.items = append(h.items, x.(head[R])) }
func (h *heads[R]) Pop() any {
	last := h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	return last
}
