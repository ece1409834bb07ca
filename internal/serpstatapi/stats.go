package serpstatapi

import (
	"context"
	"encoding/json"
)

const methodGetStats = "SerpstatLimitsProcedure.getStats"

// Stats are the credits of the plan. Fields that an answer leaves out are 0 or "".
type Stats struct {
	MaxLines, UsedLines, LeftLines int64
	UserID, PlanID, GAClientID     string
	Plugin                         *PluginLimits // of the browser extension; nil where the answer has none
}

// PluginLimits are the limits of Serpstat's browser extension. DelayBetweenRequests is in seconds.
type PluginLimits struct {
	HasAPIPlugin                            bool
	DelayBetweenRequests, Total, Used, Left int64
}

// number is a whole number in either of the forms that answers have, 0 where it is missing.
type number int64

func (n *number) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	v, err := parseInt(raw)
	*n = number(v)
	return err
}

// word is a text that some answers write as a number.
type word string

func (w *word) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*w = word(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return err
	}
	*w = word(n.String())
	return nil
}

// GetStats returns the credits of the plan. It is free of charge.
func (c *Client) GetStats(ctx context.Context) (*Stats, error) {
	return share(ctx, &c.flights, methodGetStats, c.getStats)
}

func (c *Client) getStats(ctx context.Context) (*Stats, error) {
	var stats *Stats
	err := c.call(ctx, rpcCall{
		method: methodGetStats,
		decode: func(result json.RawMessage, ex *Exchange) (e *Error) {
			if stats, e = decodeStats(result); e == nil {
				ex.Rows, ex.LeftLines = 1, stats.LeftLines
			}
			return e
		},
		noData: func(*Exchange) { stats = &Stats{} },
		fields: []any{"method", "getStats"},
	})
	return stats, err
}

func decodeStats(result json.RawMessage) (*Stats, *Error) {
	var wire struct {
		Data *struct {
			MaxLines  *number `json:"max_lines"`
			UsedLines *number `json:"used_lines"`
			LeftLines *number `json:"left_lines"`
			UserInfo  struct {
				UserID     word `json:"user_id"`
				GAClientID word `json:"ga_client_Id"`
				PlanID     word `json:"plan_id"`
			} `json:"user_info"`
			Plugin *struct {
				HasAPIPlugin bool   `json:"hasApiPlugin"`
				Delay        number `json:"delayBetweenRequests"`
				Total        number `json:"total"`
				Used         number `json:"used"`
				Left         number `json:"left"`
			} `json:"plugin_limits"`
		} `json:"data"`
	}
	if err := json.Unmarshal(result, &wire); err != nil {
		return nil, jsonError("result", err)
	}
	d := wire.Data
	if d == nil || d.MaxLines == nil || d.UsedLines == nil || d.LeftLines == nil {
		return nil, malformed("result.data lacks max_lines, used_lines or left_lines")
	}
	stats := &Stats{
		MaxLines: int64(*d.MaxLines), UsedLines: int64(*d.UsedLines), LeftLines: int64(*d.LeftLines),
		UserID: string(d.UserInfo.UserID), PlanID: string(d.UserInfo.PlanID), GAClientID: string(d.UserInfo.GAClientID),
	}
	if p := d.Plugin; p != nil {
		stats.Plugin = &PluginLimits{p.HasAPIPlugin, int64(p.Delay), int64(p.Total), int64(p.Used), int64(p.Left)}
	}
	return stats, nil
}
