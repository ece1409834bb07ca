-- @report Links to :domain
-- Who links to the site, how strong they are, with which anchors, what was won and lost, and what to do about it.
-- @param domain The site, such as example.com
-- @budget 1000

-- @text In short
-- @about
-- @unit follow percent
-- {referring_domains} domains link to :domain, with {backlinks} links, of which {follow} are followed. Its rank (SDR) is {domain_rank} of 100. In the last seven days the number of linking domains has {domains}, and {links}.
select
  referring_domains,
  backlinks,
  round(100.0 * dofollow_backlinks / nullif(backlinks, 0), 1) as follow,
  domain_rank,
  case when referring_domains_change > 0 then 'risen by ' || format_number(referring_domains_change) when referring_domains_change < 0 then 'fallen by ' || format_number(-referring_domains_change) else 'stayed the same' end as domains,
  case when backlinks_change > 0 then 'that of links has risen by ' || format_number(backlinks_change) when backlinks_change < 0 then 'that of links has fallen by ' || format_number(-backlinks_change)
    when referring_domains_change = 0 then 'so has that of links' else 'that of links has stayed the same' end as links
from serpstat_backlink_summary
where query = :domain;

-- @figures Key figures
-- @about
-- The change is that of seven days.
with s as materialized (select * from serpstat_backlink_summary where query = :domain)
select 'Rank of the domain (SDR)' as figure, domain_rank as value, null as change, '0 to 100' as note from s
union all select 'Linking domains', referring_domains, referring_domains_change, null from s
union all select 'Links', backlinks, backlinks_change, null from s
union all select 'Followed links', dofollow_backlinks, dofollow_backlinks_change, round(100.0 * dofollow_backlinks / nullif(backlinks, 0), 1) || '% of all' from s
union all select 'Nofollow links', nofollow_backlinks, nofollow_backlinks_change, null from s
union all select 'Links from main pages', backlinks_from_mainpages, backlinks_from_mainpages_change, null from s
union all select 'Subnets', referring_subnets, referring_subnets_change, null from s
union all select 'Malicious domains', referring_malicious_domains, referring_malicious_domains_change, null from s;

-- @alert What stands out
-- @about
-- Red asks for something to be done now, amber for a look.
with
  s as materialized (select * from serpstat_backlink_summary where query = :domain),
  h as materialized (select * from serpstat_backlink_history where query = :domain),
  a as materialized (select * from serpstat_top_anchor where query = :domain),
  month as materialized (select sum(new_links) as won, sum(lost_links) as lost from (select * from h order by date desc limit 4)),
  anchor as materialized (
    select link_text, round(100.0 * ref_domains / nullif((select referring_domains from s), 0), 1) as share
    from a where link_text <> '' and link_text not like '%' || :domain || '%' order by ref_domains desc limit 1
  )
select
  case when referring_malicious_domains > 0 then 'red' else 'green' end as level,
  case when referring_malicious_domains > 0 then format_number(referring_malicious_domains) || ' malicious domains link to the site.' else 'No malicious domain is known to link to the site.' end as sentence
from s
union all
select
  case when lost > won then 'amber' else 'green' end,
  'In the last four weeks ' || format_number(won) || ' links were won and ' || format_number(lost) || ' lost.'
from month where won is not null
union all
select
  case when share > 20 then 'amber' else 'green' end,
  'The commonest anchor without the name of the site is “' || link_text || '”, on ' || share || '% of the linking domains' || case when share > 20 then ': search engines may take so much of one anchor for bought links.' else '.' end
from anchor where share is not null
union all
select
  case when nofollow_backlinks > dofollow_backlinks then 'amber' else 'green' end,
  round(100.0 * nofollow_backlinks / nullif(nofollow_backlinks + dofollow_backlinks, 0), 1) || '% of the links are nofollow.'
from s where nofollow_backlinks + dofollow_backlinks > 0
union all
select 'amber', 'Serpstat knows no links to ' || :domain || ': is it the domain that is meant?'
where not exists (select 1 from s where backlinks > 0);

-- @todo What to do
with
  threat as materialized (select host_from, domain_from, links from serpstat_threat where query = :domain order by links desc limit 50),
  bad as materialized (
    select coalesce(domain_from, host_from) as domain, count(*) as hosts, sum(links) as links, row_number() over (order by sum(links) desc, coalesce(domain_from, host_from)) as place
    from threat group by 1
  ),
  lost as materialized (
    select domain_from, max(domain_rank) as rank, count(*) as links, min(url_from) as page, row_number() over (order by max(domain_rank) desc, count(*) desc, domain_from) as place
    from serpstat_lost_backlink where query = :domain group by domain_from having max(domain_rank) >= 30
      and domain_from not in (select domain from bad)
  ),
  a as materialized (select link_text, ref_domains from serpstat_top_anchor where query = :domain)
select * from (
  select 'Disavow ' || domain as task, 'malicious, with ' || format_number(links) || case links when 1 then ' link' else ' links' end || case hosts when 1 then '' else ' from ' || hosts || ' of its hosts' end as why, null as "where" -- nobody is to follow a link to it
  from bad where place <= 10 order by place
)
union all
select * from (
  select 'Disavow ' || count(*) || case count(*) when 1 then ' more domain' else ' more domains' end, 'malicious: the table “Malicious sites that link to ' || :domain || '” has all', null
  from bad where place > 10 having count(*) > 0
)
union all
select * from (select 'Win back the link' || case links when 1 then '' else 's' end || ' from ' || domain_from, 'rank ' || rank || ', lost ' || format_number(links) || case links when 1 then ' link' else ' links' end, page from lost where place <= 10 order by place)
union all
select * from (select 'Win back the links from ' || count(*) || case count(*) when 1 then ' more domain' else ' more domains' end, 'rank 30 or more: the table “Lost links of strong domains” has all', null from lost where place > 10 having count(*) > 0)
union all
select * from (select 'Ask for a text in links without an anchor', format_number(ref_domains) || ' domains link without one', null from a where link_text = '' and ref_domains >= 3);
-- @or what is known without the lost links
with
  threat as materialized (select host_from, domain_from, links from serpstat_threat where query = :domain order by links desc limit 50),
  bad as materialized (
    select coalesce(domain_from, host_from) as domain, count(*) as hosts, sum(links) as links, row_number() over (order by sum(links) desc, coalesce(domain_from, host_from)) as place
    from threat group by 1
  ),
  a as materialized (select link_text, ref_domains from serpstat_top_anchor where query = :domain)
select * from (
  select 'Disavow ' || domain as task, 'malicious, with ' || format_number(links) || case links when 1 then ' link' else ' links' end || case hosts when 1 then '' else ' from ' || hosts || ' of its hosts' end as why, null as "where" -- nobody is to follow a link to it
  from bad where place <= 10 order by place
)
union all
select * from (
  select 'Disavow ' || count(*) || case count(*) when 1 then ' more domain' else ' more domains' end, 'malicious: the table “Malicious sites that link to ' || :domain || '” has all', null
  from bad where place > 10 having count(*) > 0
)
union all
select * from (select 'Ask for a text in links without an anchor', format_number(ref_domains) || ' domains link without one', null from a where link_text = '' and ref_domains >= 3);

-- @line Links won and lost, week by week
-- The last 52 weeks.
with h as materialized (select date, new_links, lost_links from serpstat_backlink_history where query = :domain)
select week, won, lost from (
  select date(date) as week, new_links as won, lost_links as lost from h order by date desc limit 52
) order by week;

-- @bar Linking domains by their rank
-- The rank (SDR) goes from 0 to 100: the higher, the stronger.
select sdr_range as rank, ref_domains as domains
from serpstat_sdr_distribution where query = :domain
order by cast(sdr_range as integer), sdr_range;

-- @donut Linking domains by top-level domain
with t as materialized (
  select tld, ref_domains, row_number() over (order by ref_domains desc, tld) as place
  from serpstat_tld_distribution where query = :domain
)
select case when place <= 5 then tld else 'others' end as tld, sum(ref_domains) as domains
from t where ref_domains > 0 group by 1 order by max(place) > 5, domains desc;

-- @bar The commonest anchors
-- By the number of domains that use them.
select case link_text when '' then '(no text)' else link_text end as anchor, ref_domains as domains
from serpstat_top_anchor where query = :domain order by ref_domains desc, link_text;

-- @stacked Kinds of links
-- @about
with s as materialized (select * from serpstat_backlink_summary where query = :domain)
select 'text' as kind, text_backlinks as links from s
union all select 'image', image_backlinks from s
union all select 'redirect', redirect_backlinks from s
union all select 'canonical', canonical_backlinks from s
union all select 'alternate', alternate_backlinks from s
union all select 'feed', rss_backlinks from s
union all select 'frame', frame_backlinks from s
union all select 'form', form_backlinks from s;

-- @table The linking domains
-- Hosts are the domain itself and its subdomains: how many of them link, and with how many pages.
select coalesce(domain_from, host_from) as domain, max(domain_rank) as domain_rank, count(*) as hosts, sum(links) as pages
from serpstat_ref_domain where query = :domain
group by 1 order by 2 desc, 4 desc, 1;
-- @or the domains of the 200 strongest hosts that link
with d as materialized (
  select host_from, domain_from, domain_rank, links from serpstat_ref_domain where query = :domain
  order by domain_rank desc limit 200
)
select coalesce(domain_from, host_from) as domain, max(domain_rank) as domain_rank, count(*) as hosts, sum(links) as pages
from d group by 1 order by 2 desc, 4 desc, 1;
-- @or the domains of the 50 strongest hosts that link
with d as materialized (
  select host_from, domain_from, domain_rank, links from serpstat_ref_domain where query = :domain
  order by domain_rank desc limit 50
)
select coalesce(domain_from, host_from) as domain, max(domain_rank) as domain_rank, count(*) as hosts, sum(links) as pages
from d group by 1 order by 2 desc, 4 desc, 1;

-- @table The pages that are linked to
select url_to, ref_domains, links
from serpstat_top_page where query = :domain
order by ref_domains desc, links desc, url_to;
-- @or the 100 pages that most domains link to
with p as materialized (
  select url_to, ref_domains, links from serpstat_top_page where query = :domain
  order by ref_domains desc limit 100
)
select * from p order by ref_domains desc, links desc, url_to;
-- @or the 20 pages that most domains link to
with p as materialized (
  select url_to, ref_domains, links from serpstat_top_page where query = :domain
  order by ref_domains desc limit 20
)
select * from p order by ref_domains desc, links desc, url_to;

-- @table The anchors
select case link_text when '' then '(no text)' else link_text end as anchor, ref_domains, links, nofollow_links
from serpstat_anchor where query = :domain
order by ref_domains desc, links desc, link_text;
-- @or the 100 anchors that most domains use
with a as materialized (
  select link_text, ref_domains, links, nofollow_links from serpstat_anchor where query = :domain
  order by ref_domains desc limit 100
)
select case link_text when '' then '(no text)' else link_text end as anchor, ref_domains, links, nofollow_links
from a order by ref_domains desc, links desc, link_text;
-- @or the 20 anchors that most domains use
with a as materialized (
  select link_text, ref_domains, links, nofollow_links from serpstat_anchor where query = :domain
  order by ref_domains desc limit 20
)
select case link_text when '' then '(no text)' else link_text end as anchor, ref_domains, links, nofollow_links
from a order by ref_domains desc, links desc, link_text;

-- @table Lost links of strong domains
-- Of domains whose rank is 30 or more. What is worth most stands first.
-- @optional
select date(date_del) as lost, domain_rank, url_from, url_to, link_text, nofollow
from serpstat_lost_backlink where query = :domain and domain_rank >= 30
order by domain_rank desc, date_del desc, url_from, url_to;

-- @table Malicious sites that link to :domain
-- The fifty hosts with the most links, where there are more.
with t as materialized (select host_from, links, threat_types, last_update from serpstat_threat where query = :domain order by links desc limit 50)
select host_from, links, (select group_concat(replace(value, '_', ' '), ', ') from json_each(threat_types)) as kinds, date(last_update) as seen from t order by links desc, host_from;
