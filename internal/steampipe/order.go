package steampipe

import (
	"bytes"
	"cmp"
	"net/netip"
	"strings"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// compareRows orders rows as PostgreSQL does by columns: the largest value is NULL, so that it comes last in ascending
// and first in descending order.
func compareRows(a, b *proto.Row, by []*proto.SortColumn) int {
	for _, column := range by {
		c := compareValues(a.GetColumns()[column.Column], b.GetColumns()[column.Column])
		if column.Order == proto.SortOrder_Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func compareValues(a, b *proto.Column) int {
	if isNull(a) || isNull(b) {
		return compareBools(isNull(a), isNull(b))
	}
	switch v := a.Value.(type) {
	case *proto.Column_IntValue:
		return cmp.Compare(v.IntValue, b.GetIntValue())
	case *proto.Column_DoubleValue:
		return compareDoubles(v.DoubleValue, b.GetDoubleValue())
	case *proto.Column_BoolValue:
		return compareBools(v.BoolValue, b.GetBoolValue())
	case *proto.Column_StringValue:
		return strings.Compare(v.StringValue, b.GetStringValue()) // the collation of Steampipe's database is C
	case *proto.Column_TimestampValue:
		return v.TimestampValue.AsTime().Compare(b.GetTimestampValue().AsTime())
	case *proto.Column_IpAddrValue:
		return compareNetworks(v.IpAddrValue, b.GetIpAddrValue())
	case *proto.Column_CidrRangeValue:
		return compareNetworks(v.CidrRangeValue, b.GetCidrRangeValue())
	case *proto.Column_LtreeValue:
		return compareLabels(v.LtreeValue, b.GetLtreeValue())
	case *proto.Column_JsonValue:
		return bytes.Compare(v.JsonValue, b.GetJsonValue()) // jsonb has an order that nobody sorts by
	}
	return 0
}

func isNull(c *proto.Column) bool {
	_, null := c.GetValue().(*proto.Column_NullValue)
	return null || c.GetValue() == nil
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// compareDoubles takes NaN for the largest number, as PostgreSQL does.
func compareDoubles(a, b float64) int {
	if a != a || b != b {
		return compareBools(a != a, b != b)
	}
	return cmp.Compare(a, b)
}

// compareNetworks orders inet and cidr: IPv4 first, then by the bits that both networks have, by the length of the
// network, and by the address.
func compareNetworks(a, b string) int {
	x, xErr := networkOf(a)
	y, yErr := networkOf(b)
	if xErr != nil || yErr != nil {
		return strings.Compare(a, b)
	}
	if c := cmp.Compare(x.Addr().BitLen(), y.Addr().BitLen()); c != 0 {
		return c
	}
	bits := min(x.Bits(), y.Bits())
	return cmp.Or(
		netip.PrefixFrom(x.Addr(), bits).Masked().Addr().Compare(netip.PrefixFrom(y.Addr(), bits).Masked().Addr()),
		cmp.Compare(x.Bits(), y.Bits()),
		x.Addr().Compare(y.Addr()),
	)
}

func networkOf(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		return netip.ParsePrefix(text)
	}
	a, err := netip.ParseAddr(text)
	return netip.PrefixFrom(a, a.BitLen()), err
}

// compareLabels orders ltree: label by label.
func compareLabels(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := strings.Compare(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}
