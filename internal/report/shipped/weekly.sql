-- @report New and lost links of :domain
-- The seven days before today, in UTC: what was won, what was lost, and what to do about it.
-- @param domain The site, such as example.com
-- @budget 1000

-- @text In short
-- @about
-- {referring_domains} domains link to :domain, with {backlinks} links. In the last seven days the number of linking domains has {domains}, and {links}.
select
  referring_domains,
  case when referring_domains_change > 0 then 'risen by ' || format_number(referring_domains_change) when referring_domains_change < 0 then 'fallen by ' || format_number(-referring_domains_change) else 'stayed the same' end as domains,
  backlinks,
  case when backlinks_change > 0 then 'that of links has risen by ' || format_number(backlinks_change) when backlinks_change < 0 then 'that of links has fallen by ' || format_number(-backlinks_change)
    when referring_domains_change = 0 then 'so has that of links' else 'that of links has stayed the same' end as links
from serpstat_backlink_summary
where query = :domain;

-- @figures The week
-- @about
with s as materialized (select * from serpstat_backlink_summary where query = :domain)
select 'Linking domains' as figure, referring_domains as value, referring_domains_change as change from s
union all select 'Links', backlinks, backlinks_change from s
union all select 'Followed links', dofollow_backlinks, dofollow_backlinks_change from s
union all select 'Links from main pages', backlinks_from_mainpages, backlinks_from_mainpages_change from s
union all select 'Malicious domains', referring_malicious_domains, referring_malicious_domains_change from s;

-- @alert What stands out
-- @about
with
  s as materialized (select * from serpstat_backlink_summary where query = :domain),
  h as materialized (select date, new_links, lost_links, row_number() over (order by date desc) as place from serpstat_backlink_history where query = :domain),
  usual as materialized (select avg(lost_links) as lost from h where place between 2 and 9),
  week as materialized (select date, new_links, lost_links from h where place = 1)
select
  case when lost_links > new_links and lost_links > 3 * (select lost from usual) then 'red' when lost_links > new_links then 'amber' else 'green' end as level,
  'In the week of ' || date(date) || ', ' || format_number(new_links) || ' links were won and ' || format_number(lost_links) || ' lost' || coalesce('; in the eight weeks before, ' || format_number((select lost from usual), (select lost > 0 and lost < 10 from usual)) || ' a week were lost.', '.') as sentence
from week
union all
select
  case when referring_malicious_domains > 0 then 'red' else 'green' end,
  case when referring_malicious_domains_change > 0 then format_number(referring_malicious_domains_change) || ' more malicious domains link to the site than a week ago.'
    when referring_malicious_domains > 0 then format_number(referring_malicious_domains) || ' malicious domains link to the site, no more than a week ago.'
    else 'No malicious domain is known to link to the site.' end
from s
union all
select
  case when referring_domains_change < 0 then 'amber' else 'green' end,
  case when referring_domains_change < 0 then format_number(-referring_domains_change) || ' fewer domains link to the site than a week ago.' else 'No fewer domains link to the site than a week ago.' end
from s
union all
select 'amber', 'The latest week of which Serpstat tells is that of ' || date(date) || ': what it calls the last seven days may be of then.'
from week where date < date('now', '-14 days')
union all
select 'amber', 'Serpstat knows no links to ' || :domain || ': is it the domain that is meant?'
where not exists (select 1 from s where backlinks > 0);

-- @todo What to do
-- Links that were lost this week from domains whose rank is 30 or more, and malicious sites.
with
  lost as materialized (
    select domain_from, max(domain_rank) as rank, count(*) as links, min(url_from) as page, row_number() over (order by max(domain_rank) desc, count(*) desc, domain_from) as place
    from serpstat_lost_backlink
    where query = :domain and date_del >= date('now', '-7 days') and date_del < date('now') and domain_rank >= 30
    group by domain_from
  ),
  threat as materialized (select host_from, domain_from, links from serpstat_threat where query = :domain order by links desc limit 20),
  bad as materialized (
    select coalesce(domain_from, host_from) as domain, count(*) as hosts, sum(links) as links, row_number() over (order by sum(links) desc, coalesce(domain_from, host_from)) as place
    from threat group by 1
  )
select * from (
  select 'Write to ' || domain_from as task, 'rank ' || rank || ', lost ' || format_number(links) || case links when 1 then ' link' else ' links' end || ' this week' as why, page as "where"
  from lost where place <= 20 order by place
)
union all
select * from (
  select 'Write to ' || count(*) || case count(*) when 1 then ' more domain' else ' more domains' end, 'rank 30 or more: the table “Lost links” has all', null
  from lost where place > 20 having count(*) > 0
)
union all
select * from (
  select 'Disavow ' || domain, 'malicious, with ' || format_number(links) || case links when 1 then ' link' else ' links' end || case hosts when 1 then '' else ' from ' || hosts || ' of its hosts' end, null
  from bad where place <= 10 order by place
)
union all
select * from (
  select 'Disavow ' || count(*) || case count(*) when 1 then ' more domain' else ' more domains' end, 'malicious: the table “Malicious sites that link to ' || :domain || '” has all', null
  from bad where place > 10 having count(*) > 0
);
-- @or of the lost links those that Serpstat itself counts to the last week; which days these are, it does not say
with
  lost as materialized (
    select domain_from, max(domain_rank) as rank, count(*) as links, min(url_from) as page, row_number() over (order by max(domain_rank) desc, count(*) desc, domain_from) as place
    from serpstat_lost_backlink
    where query = :domain and additional_filter = 'last_week' and date_del >= date('now', '-7 days') and date_del < date('now') and domain_rank >= 30
    group by domain_from
  ),
  threat as materialized (select host_from, domain_from, links from serpstat_threat where query = :domain order by links desc limit 20),
  bad as materialized (
    select coalesce(domain_from, host_from) as domain, count(*) as hosts, sum(links) as links, row_number() over (order by sum(links) desc, coalesce(domain_from, host_from)) as place
    from threat group by 1
  )
select * from (
  select 'Write to ' || domain_from as task, 'rank ' || rank || ', lost ' || format_number(links) || case links when 1 then ' link' else ' links' end || ' this week' as why, page as "where"
  from lost where place <= 20 order by place
)
union all
select * from (
  select 'Write to ' || count(*) || case count(*) when 1 then ' more domain' else ' more domains' end, 'rank 30 or more: the table “Lost links” has all', null
  from lost where place > 20 having count(*) > 0
)
union all
select * from (
  select 'Disavow ' || domain, 'malicious, with ' || format_number(links) || case links when 1 then ' link' else ' links' end || case hosts when 1 then '' else ' from ' || hosts || ' of its hosts' end, null
  from bad where place <= 10 order by place
)
union all
select * from (
  select 'Disavow ' || count(*) || case count(*) when 1 then ' more domain' else ' more domains' end, 'malicious: the table “Malicious sites that link to ' || :domain || '” has all', null
  from bad where place > 10 having count(*) > 0
);
-- @or malicious sites alone, without the lost links
with
  threat as materialized (select host_from, domain_from, links from serpstat_threat where query = :domain order by links desc limit 20),
  bad as materialized (
    select coalesce(domain_from, host_from) as domain, count(*) as hosts, sum(links) as links, row_number() over (order by sum(links) desc, coalesce(domain_from, host_from)) as place
    from threat group by 1
  )
select * from (
  select 'Disavow ' || domain as task, 'malicious, with ' || format_number(links) || case links when 1 then ' link' else ' links' end || case hosts when 1 then '' else ' from ' || hosts || ' of its hosts' end as why, null as "where" -- nobody is to follow a link to it
  from bad where place <= 10 order by place
)
union all
select * from (
  select 'Disavow ' || count(*) || case count(*) when 1 then ' more domain' else ' more domains' end, 'malicious: the table “Malicious sites that link to ' || :domain || '” has all', null
  from bad where place > 10 having count(*) > 0
);

-- @table New links
-- @optional
select date(first_seen) as found, domain_rank, url_from, url_to, link_text, nofollow
from serpstat_backlink
where query = :domain and first_seen >= date('now', '-7 days') and first_seen < date('now')
order by first_seen desc, domain_rank desc, url_from, url_to;
-- @or of the links that Serpstat itself counts to the last week the 200 from the strongest domains; which days these are, it does not say
with l as materialized (
  select first_seen, domain_rank, url_from, url_to, link_text, nofollow
  from serpstat_backlink
  where query = :domain and additional_filter = 'last_week'
  order by domain_rank desc limit 200
)
select date(first_seen) as found, domain_rank, url_from, url_to, link_text, nofollow
from l
where first_seen >= date('now', '-7 days') and first_seen < date('now')
order by first_seen desc, domain_rank desc, url_from, url_to;

-- @bar The domains with the most new links
-- @optional
select domain_from, count(*) as links
from serpstat_backlink
where query = :domain and first_seen >= date('now', '-7 days') and first_seen < date('now')
group by 1 order by links desc, domain_from limit 15;

-- @table Lost links
select date(date_del) as lost, domain_rank, url_from, url_to, link_text, nofollow
from serpstat_lost_backlink
where query = :domain and date_del >= date('now', '-7 days') and date_del < date('now')
order by date_del desc, domain_rank desc, url_from, url_to;
-- @or those that Serpstat itself counts to the last week; which days these are, it does not say
select date(date_del) as lost, domain_rank, url_from, url_to, link_text, nofollow
from serpstat_lost_backlink
where query = :domain and additional_filter = 'last_week' and date_del >= date('now', '-7 days') and date_del < date('now')
order by date_del desc, domain_rank desc, url_from, url_to;
-- @or how many were lost in each of the last eight weeks, and not which
with h as materialized (select date, new_links, lost_links from serpstat_backlink_history where query = :domain)
select date(date) as week, new_links as won, lost_links as lost from h order by date desc limit 8;

-- @line Links won and lost, week by week
-- The last 52 weeks.
with h as materialized (select date, new_links, lost_links from serpstat_backlink_history where query = :domain)
select week, won, lost from (
  select date(date) as week, new_links as won, lost_links as lost from h order by date desc limit 52
) order by week;

-- @bar The commonest anchors
-- By the number of domains that use them.
select case link_text when '' then '(no text)' else link_text end as anchor, ref_domains as domains
from serpstat_top_anchor where query = :domain order by ref_domains desc, link_text;

-- @table Malicious sites that link to :domain
-- The twenty hosts with the most links, where there are more.
with threat as materialized (select host_from, domain_from, links, threat_types, last_update from serpstat_threat where query = :domain order by links desc limit 20)
select host_from, links, (select group_concat(replace(value, '_', ' '), ', ') from json_each(threat_types)) as kinds, date(last_update) as seen from threat order by links desc, host_from;
