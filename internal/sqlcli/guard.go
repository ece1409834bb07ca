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

// askAboveSum is how many credits a run may spend without a word.
func (f *flags) askAboveSum() (most int64, err error) {
	most = defaultAskAbove
	if text := os.Getenv(envAskAbove); text != "" && !f.demo {
		if most, err = strconv.ParseInt(text, 10, 64); err != nil || most < 1 {
			return 0, usage("%s=%q: write how many credits a run may spend without a word, from 1, such as 500", envAskAbove, text)
		}
	}
	if f.askAbove > 0 {
		most = f.askAbove
	}
	return most, nil
}

// guard is what the run may spend where no --max-credits was given: on a terminal whoever sits there is asked before it is
// more, in a script the run ends. Bundled data costs nothing.
func (x *execution) guard() (serpstat.Guard, error) {
	most, err := x.flags.askAboveSum()
	switch {
	case err != nil:
		return serpstat.Guard{}, err
	case x.flags.yes || x.flags.demo || x.flags.explain:
		return serpstat.Guard{}, nil
	case x.canAsk():
		return serpstat.Guard{Most: most, Ask: x.ask}, nil
	}
	return serpstat.Guard{Most: most}, nil
}

// canAsk reports that somebody sits at the terminal.
func (s *session) canAsk() bool {
	return isTerminal(s.stdin) && isTerminal(s.stderr) && !isPipe(s.stdout)
}

// ask asks whether to go on in spite of what it costs.
func (x *execution) ask(ctx context.Context, over *execute.BudgetError) bool {
	return x.confirm(ctx, question(over), x.to.pages)
}

// confirm asks a question, when the pages that somebody looks at are ended; nil is none. No answer is no.
func (s *session) confirm(ctx context.Context, question string, pages *pager) bool {
	if pages != nil {
		defer pages.leave()()
	}
	if ctx.Err() != nil {
		return false
	}
	terminal := s.stdin.(*os.File)
	s.ahead.add(takeTyped(terminal)) // it was no answer; nothing else reads here, else it might have it already
	defer setEcho(terminal, true)()
	s.progress.hold(question)
	defer s.progress.release()
	answer, err := readLine(ctx, terminal)
	answer = strings.ToLower(strings.TrimSpace(answer))
	agreed := err == nil && (answer == "y" || answer == "yes")
	s.ahead.refused = !agreed
	return agreed
}

// question says what a run would cost, of how much, and how long it would take.
func question(over *execute.BudgetError) string {
	left := ""
	if over.Left >= 0 {
		left = fmt.Sprintf(" of %s left", humanize.Comma(over.Left))
	}
	if !over.Known {
		return fmt.Sprintf("%s are spent%s, and the statement is not done; go on for at most %s more? [y/N] ", creditsOf(over.Spent), left, humanize.Comma(over.Needs-over.Most))
	}
	spent := ""
	if over.Spent > 0 {
		spent = fmt.Sprintf(" (%s spent so far)", humanize.Comma(over.Spent))
	}
	return fmt.Sprintf("reading %s: at most %s%s%s, about %s at %s a second; go on? [y/N] ",
		over.Site, strings.Replace(creditsOf(over.More()), " ", " more ", 1), left, spent, duration(over.Requests, over.Rate), rate(over.Rate))
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
