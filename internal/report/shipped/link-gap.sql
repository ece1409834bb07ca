-- @report Link gap of :domain
-- Which domains link to its rivals and not to it: whom to write to first.
-- @param domain Your site, such as example.com
-- @param rival A rival, such as example.org
-- @param rival2= A second rival, such as example.net
-- @budget 1000

-- @table The sites
-- @about
-- As Serpstat's weekly summary counts them; the change is that of the linking domains in seven days.
-- @unit followed percent
select
  query as site, domain_rank, referring_domains, referring_domains_change as change, backlinks,
  round(100.0 * dofollow_backlinks / nullif(backlinks, 0), 1) as followed, referring_malicious_domains as malicious
from serpstat_backlink_summary
where query in (:domain, :rival, nullif(:rival2, ''))
order by query <> :domain, referring_domains desc, site;

-- @alert Where :domain stands
-- @about
with
  s as materialized (select * from serpstat_backlink_summary where query in (:domain, :rival, nullif(:rival2, ''))),
  asked(site) as (values (:domain), (:rival), (nullif(:rival2, ''))),
  own as materialized (select referring_domains, domain_rank from s where query = :domain)
select
  case when s.referring_domains > 2 * own.referring_domains then 'red' when s.referring_domains > own.referring_domains then 'amber' else 'green' end as level,
  s.query || ' has ' || format_number(s.referring_domains) || ' linking domains (rank ' || s.domain_rank || '), ' || :domain || ' has ' || format_number(own.referring_domains) || ' (rank ' || own.domain_rank || ').' as sentence
from s cross join own
where s.query <> :domain
union all
select 'amber', 'Serpstat knows no links to ' || site || ': is it the domain that is meant?'
from asked where site is not null and site not in (select query from s where backlinks > 0);

-- @todo Whom to write to first
-- The twenty strongest domains that link to the rivals and not to :domain, first those that link to both where there are two. Malicious sites, of the fifty with the most links to the rivals, are left out.
with
  i as materialized (
    select domain_from, domain_rank, links_1, links_2, links_3
    from serpstat_intersection
    where query = :rival and "intersect" = case when :rival2 <> '' then :rival2 || ',' else '' end || :domain
  ),
  d as materialized (
    select
      domain_from, max(domain_rank) as rank, sum(links_1) as to_rival,
      sum(case when :rival2 <> '' then links_2 else 0 end) as to_rival2,
      sum(case when :rival2 <> '' then coalesce(links_3, 0) else links_2 end) as to_own
    from i group by domain_from
  ),
  t as materialized (select host_from from serpstat_threat where query in (:rival, nullif(:rival2, '')) order by links desc limit 50),
  bad as materialized (select json_group_array(coalesce(domain(host_from), host_from)) as list from t)
select
  'Ask ' || domain_from || ' for a link' as task,
  'rank ' || rank || ', links to ' || case when to_rival > 0 and to_rival2 > 0 then :rival || ' and ' || :rival2 when to_rival > 0 then :rival else :rival2 end as why,
  'https://' || domain_from || '/' as "where"
from bad cross join d
where to_own = 0 and to_rival + to_rival2 > 0
  and domain_from not in (domain(:domain), domain(:rival), coalesce(domain(nullif(:rival2, '')), ''))
  and domain_from not in (select value from json_each(list))
order by to_rival > 0 and to_rival2 > 0 desc, rank desc, to_rival + to_rival2 desc, domain_from limit 20;
-- @or those of the 200 strongest hosts that link to :rival; other hosts of the same domains may link to :domain
with
  i as materialized (
    select host_from, domain_from, domain_rank, links_1, links_2, links_3
    from serpstat_intersection
    where query = :rival and "intersect" = case when :rival2 <> '' then :rival2 || ',' else '' end || :domain and links_1 > 0
    order by domain_rank desc limit 200
  ),
  d as materialized (
    select
      host_from, domain_from, domain_rank as rank, links_1 as to_rival,
      case when :rival2 <> '' then links_2 else 0 end as to_rival2,
      case when :rival2 <> '' then coalesce(links_3, 0) else links_2 end as to_own
    from i
  ),
  t as materialized (select host_from from serpstat_threat where query in (:rival, nullif(:rival2, '')) order by links desc limit 50),
  bad as materialized (select json_group_array(coalesce(domain(host_from), host_from)) as list from t)
select
  'Ask ' || host_from || ' for a link' as task,
  'rank ' || rank || ', links to ' || case when to_rival > 0 and to_rival2 > 0 then :rival || ' and ' || :rival2 when to_rival > 0 then :rival else :rival2 end as why,
  'https://' || host_from || '/' as "where"
from bad cross join d
where to_own = 0 and to_rival + to_rival2 > 0
  and domain_from not in (domain(:domain), domain(:rival), coalesce(domain(nullif(:rival2, '')), ''))
  and domain_from not in (select value from json_each(list))
order by to_rival > 0 and to_rival2 > 0 desc, rank desc, to_rival + to_rival2 desc, host_from limit 20;

-- @bar How many domains link to which of the sites
-- Serpstat does not say whether a combination counts the domains that link to its sites alone, or to these at least.
select domains as sites, ref_domains as domains
from serpstat_intersection_summary
where query = :rival and "intersect" = case when :rival2 <> '' then :rival2 || ',' else '' end || :domain
order by ref_domains desc, sites;

-- @table Domains that link to the rivals and not to :domain
-- The columns of the rivals count the links to them. The sites' own subdomains are not listed. Those of the fifty malicious sites with the most links to the rivals are marked.
with
  i as materialized (
    select domain_from, domain_rank, links_1, links_2, links_3
    from serpstat_intersection
    where query = :rival and "intersect" = case when :rival2 <> '' then :rival2 || ',' else '' end || :domain
  ),
  d as materialized (
    select
      domain_from, max(domain_rank) as rank, sum(links_1) as to_rival,
      sum(case when :rival2 <> '' then links_2 else 0 end) as to_rival2,
      sum(case when :rival2 <> '' then coalesce(links_3, 0) else links_2 end) as to_own
    from i group by domain_from
  ),
  t as materialized (select host_from from serpstat_threat where query in (:rival, nullif(:rival2, '')) order by links desc limit 50),
  bad as materialized (select json_group_array(coalesce(domain(host_from), host_from)) as list from t)
select
  domain_from as domain, rank as domain_rank, to_rival as ":rival", to_rival2 as ":rival2",
  case when domain_from in (select value from json_each(list)) then 'malicious' end as remark
from bad cross join d
where to_own = 0 and to_rival + to_rival2 > 0
  and domain_from not in (domain(:domain), domain(:rival), coalesce(domain(nullif(:rival2, '')), ''))
order by domain_rank desc, to_rival + to_rival2 desc, domain_from;
-- @or those of the 200 strongest hosts that link to :rival; other hosts of the same domains may link to :domain
with
  i as materialized (
    select host_from, domain_from, domain_rank, links_1, links_2, links_3
    from serpstat_intersection
    where query = :rival and "intersect" = case when :rival2 <> '' then :rival2 || ',' else '' end || :domain and links_1 > 0
    order by domain_rank desc limit 200
  ),
  d as materialized (
    select
      host_from, domain_from, domain_rank as rank, links_1 as to_rival,
      case when :rival2 <> '' then links_2 else 0 end as to_rival2,
      case when :rival2 <> '' then coalesce(links_3, 0) else links_2 end as to_own
    from i
  ),
  t as materialized (select host_from from serpstat_threat where query in (:rival, nullif(:rival2, '')) order by links desc limit 50),
  bad as materialized (select json_group_array(coalesce(domain(host_from), host_from)) as list from t)
select
  host_from as host, rank as domain_rank, to_rival as ":rival", to_rival2 as ":rival2",
  case when domain_from in (select value from json_each(list)) then 'malicious' end as remark
from bad cross join d
where to_own = 0 and to_rival + to_rival2 > 0
  and domain_from not in (domain(:domain), domain(:rival), coalesce(domain(nullif(:rival2, '')), ''))
order by domain_rank desc, to_rival + to_rival2 desc, host_from;

-- @bar Linking domains by their rank
-- The rank (SDR) goes from 0 to 100: the higher, the stronger.
with d as materialized (
  select query, sdr_range, ref_domains from serpstat_sdr_distribution where query in (:domain, :rival, nullif(:rival2, ''))
)
select
  sdr_range as rank,
  sum(ref_domains) filter (where query = :domain) as ":domain",
  sum(ref_domains) filter (where query = :rival) as ":rival",
  sum(ref_domains) filter (where query = nullif(:rival2, '')) as ":rival2"
from d group by sdr_range order by cast(sdr_range as integer), sdr_range;

-- @line Links won, week by week
-- The last 26 weeks.
with h as materialized (
  select query, date, new_links from serpstat_backlink_history where query in (:domain, :rival, nullif(:rival2, ''))
)
select
  date(date) as week,
  sum(new_links) filter (where query = :domain) as ":domain",
  sum(new_links) filter (where query = :rival) as ":rival",
  sum(new_links) filter (where query = nullif(:rival2, '')) as ":rival2"
from h where date in (select distinct date from h order by date desc limit 26)
group by date order by date;

-- @table The commonest anchors of each site
-- By the number of domains that use them, ten at most for each site.
select query as site, case link_text when '' then '(no text)' else link_text end as anchor, ref_domains, links
from serpstat_top_anchor where query in (:domain, :rival, nullif(:rival2, ''))
order by query <> :domain, site, ref_domains desc, links desc, link_text;

-- @table The strongest domains that link to :domain
-- What the rivals may try to get as well: the domains of the 100 strongest hosts, how many of these are theirs, and with how many pages they link.
with d as materialized (
  select host_from, domain_from, domain_rank, links from serpstat_ref_domain where query = :domain
  order by domain_rank desc limit 100
)
select coalesce(domain_from, host_from) as domain, max(domain_rank) as domain_rank, count(*) as hosts, sum(links) as pages
from d group by 1 order by 2 desc, 4 desc, 1;
-- @or the domains of the 20 strongest hosts
with d as materialized (
  select host_from, domain_from, domain_rank, links from serpstat_ref_domain where query = :domain
  order by domain_rank desc limit 20
)
select coalesce(domain_from, host_from) as domain, max(domain_rank) as domain_rank, count(*) as hosts, sum(links) as pages
from d group by 1 order by 2 desc, 4 desc, 1;
