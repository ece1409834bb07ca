package sqlcli

import (
	"context"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// defaultAskAbove is how many credits a run may spend without a word.
const defaultAskAbove = 1000

// envAskAbove stands in for --ask-above.
const envAskAbove = "SERPSTAT_ASK_ABOVE"

// guard is what the run may spend where no --max-credits was given: on a terminal whoever sits there is asked before it is
// more, in a script the run ends. Bundled data costs nothing.
func (s *session) guard() (serpstat.Guard, error) {
	most := int64(defaultAskAbove)
	if text := os.Getenv(envAskAbove); text != "" && !s.flags.demo {
		var err error
		if most, err = strconv.ParseInt(text, 10, 64); err != nil || most < 1 {
			return serpstat.Guard{}, usage("%s=%q: write how many credits a run may spend without a word, from 1, such as 500", envAskAbove, text)
		}
	}
	if s.flags.askAbove > 0 {
		most = s.flags.askAbove
	}
	switch {
	case s.flags.yes || s.flags.demo || s.flags.explain:
		return serpstat.Guard{}, nil
	case s.canAsk():
		return serpstat.Guard{Most: most, Ask: (&questions{terminal: s.stdin.(*os.File), session: s}).ask}, nil
	}
	return serpstat.Guard{Most: most}, nil
}

// canAsk reports that somebody sits at the terminal.
func (s *session) canAsk() bool {
	return isTerminal(s.stdin) && isTerminal(s.stderr) && !isPipe(s.stdout)
}

// questions asks who sits at the terminal.
type questions struct {
	terminal *os.File
	session  *session
}

// ask asks whether to go on in spite of what it costs.
func (q *questions) ask(ctx context.Context, over *execute.BudgetError) bool {
	return q.confirm(ctx, question(over))
}

// confirm asks a question. No answer is no.
func (q *questions) confirm(ctx context.Context, question string) bool {
	if to := q.session.to; to != nil && to.pages != nil {
		defer to.pages.leave()()
	}
	if ctx.Err() != nil {
		return false
	}
	dropTyped(q.terminal) // it was no answer; nothing else reads here, else it might have it already
	q.session.progress.hold(question)
	defer q.session.progress.release()
	answer, err := readLine(ctx, q.terminal)
	answer = strings.ToLower(strings.TrimSpace(answer))
	return err == nil && (answer == "y" || answer == "yes")
}

// question says what a run would cost, of how much, and how long it would take.
func question(over *execute.BudgetError) string {
	credits := func(n int64) string {
		return humanize.Comma(n) + strings.TrimPrefix(table.Credits(n), strconv.FormatInt(n, 10))
	}
	left := ""
	if over.Left >= 0 {
		left = fmt.Sprintf(" of %s left", humanize.Comma(over.Left))
	}
	if !over.Known {
		return fmt.Sprintf("%s are spent%s, and the statement is not done; go on for at most %s more? [y/N] ", credits(over.Spent), left, humanize.Comma(over.Needs-over.Most))
	}
	spent := ""
	if over.Spent > 0 {
		spent = fmt.Sprintf(" (%s spent so far)", humanize.Comma(over.Spent))
	}
	return fmt.Sprintf("reading %s: at most %s%s%s, about %s at %s a second; go on? [y/N] ",
		over.Site, strings.Replace(credits(over.More()), " ", " more ", 1), left, spent, duration(over.Requests, over.Rate), rate(over.Rate))
}

func rate(perSecond float64) string {
	if perSecond == 1 {
		return "1 request"
	}
	return strconv.FormatFloat(perSecond, 'g', 4, 64) + " requests"
}

// duration is how long so many requests take, roughly.
func duration(requests int64, perSecond float64) string {
	d := time.Duration(float64(requests) / perSecond * float64(time.Second))
	switch {
	case d >= 2*time.Hour:
		return table.Amount(int64(math.Round(d.Hours())), "hour")
	case d >= 2*time.Minute:
		return table.Amount(int64(math.Round(d.Minutes())), "minute")
	}
	return table.Amount(int64(math.Ceil(max(d, time.Second).Seconds())), "second")
}
