#!/bin/sh
# Makes the page of a week and mails it. A run that fails mails why.
#
#   mail-page.sh DOMAIN ADDRESS [FLAG …]
#
# FLAG … goes to serpstat-sql, such as --config, or --demo to try it. These may be set:
#
#   SERPSTAT_MAX_CREDITS  what a run may spend (1000)
#   PAGES                 the directory where pages are kept (~/serpstat-pages)
#   KEEP                  how many of a domain are kept (12)
#
# It ends with the code of serpstat-sql, or 1 where no mail could be sent, 2 where it is called wrongly, and 75 where
# another run has not ended.
set -u
umask 077

say() { echo "mail-page.sh: $*" >&2; }

if [ $# -lt 2 ]; then
	say "usage: mail-page.sh DOMAIN ADDRESS [FLAG …]"
	exit 2
fi
domain=$1 address=$2
shift 2
case $domain in
'' | -* | .* | */*) say "$domain is no domain: write it as example.com" && exit 2 ;;
esac
case $address in
'' | -*) say "$address is no address" && exit 2 ;;
esac
credits=${SERPSTAT_MAX_CREDITS:-1000}
pages=${PAGES:-$HOME/serpstat-pages}
page=$pages/$domain-$(date +%F).html

mkdir -p "$pages" && work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

# send SUBJECT [FILE] mails what it reads, and FILE with it, as ~/.muttrc or the machine's sendmail says.
send() {
	mutt -e 'set charset = utf-8 send_charset = utf-8 copy = no' -s "$1" ${2:+-a "$2"} -- "$address" 9>&-
}

# report CREDITS FILE [FLAG …] makes the report for as many credits at most.
report() {
	most=$1 file=$2
	shift 2
	serpstat-sql report weekly --quiet --cache-ttl 1h --param "domain=$domain" "$@" --max-credits "$most" -o "$file" 9>&-
}

# short FILE prints a text, or its first sections, which are underlined, where it is long.
short() {
	awk '
		{ line[NR] = $0 }
		/^-+$/ && NR <= 62 { last = NR - 2 }
		END {
			most = NR
			if (NR > 60) most = last > 2 ? last : 60
			for (i = 1; i <= most; i++) print line[i]
			if (NR > most) print "\n… and more: all of it is in the page."
		}' "$1"
}

# Where there is no flock, as on macOS, two runs may meet: each then mails a page, and both may pay for it.
exec 9>"$pages/.lock"
if command -v flock >/dev/null && ! flock -n 9; then
	echo "the lock is $pages/.lock" >"$work/said"
	code=75
else
	report "$credits" "$work/page.html" "$@" 2>"$work/said"
	code=$?
fi
if [ -s "$work/page.html" ]; then
	mv "$work/page.html" "$page" || exit 1
	# The text of the mail is of what the page has bought, which is kept for an hour; the demo keeps nothing, and is free.
	case " $* " in *' --demo '*) free=$credits ;; *) free=1 ;; esac # 0 would be no limit
	report "$free" "$work/page.txt" "$@" 2>/dev/null || [ -s "$work/page.txt" ] || echo "What the week has brought is in the page." >"$work/page.txt"
	what="Links of $domain"
	case $code in
	0) ;;
	5) what="$what: INCOMPLETE" ;;
	6) what="$what: ALARM" ;;
	*) what="$what: exit code $code" ;;
	esac
	! grep -q "^AMBER *Serpstat knows no links to " "$work/page.txt" || what="$what: NONE KNOWN"
	{
		[ ! -s "$work/said" ] || sed '$G' "$work/said"
		short "$work/page.txt"
	} | send "$what, $(date +%F)" "$page" || { say "no mail could be sent: the page is $page" && exit 1; }
	ls -1r "$pages/$domain"-????-??-??.html | tail -n "+$((${KEEP:-12} + 1))" | while IFS= read -r old; do rm -f -- "$old"; done
	exit "$code"
fi

case $code in
2) why="a setting or the token is wrong: serpstat-sql doctor says which" ;;
3) why="Serpstat cannot be reached, or refuses" ;;
4) why="it would cost more than $credits credits, or than the plan has left" ;;
5) why="rows stay away, or change while they are read: run it again" ;;
75) why="another run has not ended" ;;
*) why="exit code $code" ;;
esac
{
	printf 'There is no page of this week for %s: %s.\n\n' "$domain" "$why"
	cat "$work/said"
	printf '\nTo try again, on %s:\n\n  SERPSTAT_MAX_CREDITS=%s %s %s\n' "$(uname -n)" "$credits" "$0" "$domain $address${*:+ $*}"
} | send "NO PAGE of $domain this week" || { say "no mail could be sent: $why" && cat "$work/said" >&2 && exit 1; }
[ "$code" -ne 0 ] || code=1
exit "$code"
