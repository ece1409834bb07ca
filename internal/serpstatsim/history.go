package serpstatsim

import "time"

// byWeek makes a row of each week of the world, by its Monday: the site's links that were found and that were lost
// in it. Weeks without either are there too: a series with gaps would be no history. A site without links has none.
func byWeek(m *material) grouped {
	found, lost := map[time.Time]int64{}, map[time.Time]int64{}
	for _, r := range m.links() {
		found[mondayOf(dayOf(r.FirstSeen))]++
		if r.DateDel != nil {
			lost[mondayOf(dayOf(*r.DateDel))]++
		}
	}
	if len(found) == 0 {
		return grouped{}
	}
	var items []item
	first, last := m.world().days()
	for week := mondayOf(first); !week.After(last); week = week.AddDate(0, 0, 7) {
		items = append(items, item{group: &group{label: week.Format(time.DateOnly), count: found[week], lost: lost[week]}})
	}
	return grouped{items: items}
}

func mondayOf(day time.Time) time.Time { return day.AddDate(0, 0, -int(day.Weekday()+6)%7) }
