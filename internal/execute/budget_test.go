package execute

import (
	"errors"
	"strings"
	"testing"
)

// What may have been charged for an answer that was lost counts against the limit, and is told apart from what is known.
func TestALostAnswerCountsAsCharged(t *testing.T) {
	p := purchase{t.Context(), NewBudget(100), "a.com", 60, func() {}}
	if credits, err := p.Reserve(); credits != 60 || err != nil {
		t.Fatal(credits, err)
	}
	p.Settle(0, false)
	_, err := p.Reserve()
	var refused *BudgetError
	if !errors.As(err, &refused) || refused.Lost != 60 || refused.Spent != 0 || !strings.Contains(err.Error(), "up to 60 more may have been charged") {
		t.Errorf("the error is %v", err)
	}
	if left := p.budget.left(); left != 40 {
		t.Errorf("%d credits are left", left)
	}
}

// A number that counts from now on need not have what is spent in it, whether somebody was asked or not.
func TestWhatIsToBeWrittenForMore(t *testing.T) {
	for raise, want := range map[Raise]string{MaxCredits: "--max-credits 700", {By: ".budget", Limit: ".budget", FromNow: true}: ".budget 675"} {
		b := RunBudget(100, raise, nil)
		b.spent = 25
		err := b.check(need{site: "a.com", credits: 675, most: 675, left: -1})
		for _, err.Denied = range []bool{false, true} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v, and not %s", err, want)
			}
		}
	}
}
