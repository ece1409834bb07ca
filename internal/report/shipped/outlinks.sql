-- @report Links from :domain
-- To whom the site links, with which anchors, how many links are followed, and whether it links to malicious sites.
-- @param domain The site, such as example.com
-- @budget 1000

-- @text In short
-- :domain links to other sites with {links} links; {lost} that it had are gone. Serpstat's weekly summary counts {domains} domains at their other ends, of which {malicious} are malicious.
select
  (select total from serpstat_outlink_summary where query = :domain) as links,
  (select count(*) from serpstat_lost_outlink where query = :domain) as lost,
  coalesce((select external_domains from serpstat_backlink_summary where query = :domain), 0) as domains,
  coalesce((select external_malicious_domains from serpstat_backlink_summary where query = :domain), 0) as malicious;

-- @figures Key figures
-- @about
-- The change is that of seven days.
with s as materialized (select * from serpstat_backlink_summary where query = :domain)
select 'Links to other sites' as figure, external_links as value, external_links_change as change, null as note from s
union all select 'Linked domains', external_domains, external_domains_change, null from s
union all select 'Links for each linked domain', round(1.0 * external_links / nullif(external_domains, 0), 1), null, 'on average' from s
union all select 'Malicious domains', external_malicious_domains, external_malicious_domains_change, null from s;

-- @alert What stands out
with
  threat as materialized (select coalesce(domain_to, host_to) as domain, host_to, links from serpstat_out_threat where query = :domain order by links desc limit 50),
  o as materialized (select host_to, links from serpstat_out_domain where query = :domain order by links desc limit 100),
  t as materialized (select total as links from serpstat_outlink_summary where query = :domain),
  l as materialized (select count(*) as links from serpstat_lost_outlink where query = :domain),
  top as materialized (select host_to, links, round(100.0 * links / nullif((select links from t), 0), 1) as share from o order by links desc, host_to limit 1)
select
  case when count(*) > 0 then 'red' else 'green' end as level,
  case when count(*) > 0 then 'The site links to ' || case when count(*) = 50 then 'at least ' else '' end || format_number(count(distinct domain)) || ' malicious ' || case count(distinct domain) when 1 then 'domain' else 'domains' end || ', most of all to ' || (select domain from threat group by domain order by sum(links) desc, domain limit 1) || '.'
  else 'No link to a malicious site is known.' end as sentence
from threat
union all
select
  case when share > 50 then 'amber' else 'green' end,
  'The host that is linked to most, ' || host_to || ', has ' || share || '% of all links.'
from top where share is not null
union all
select
  case when l.links > t.links then 'amber' else 'green' end,
  case when l.links > t.links then 'More links are gone than there are: ' else '' end || format_number(t.links) || ' links stand, ' || format_number(l.links) || ' are gone.'
from t, l where t.links + l.links > 0
union all
select 'amber', 'Serpstat knows no links from ' || :domain || ': is it the domain that is meant?'
from t, l where t.links + l.links = 0;

-- @todo What to do
with
  threat as materialized (select host_to, links from serpstat_out_threat where query = :domain order by links desc limit 50),
  link as materialized (select host_to, url_from, url_to from serpstat_out_threat_link where query = :domain limit 50),
  bad as materialized (select host_to, url_from, row_number() over (order by host_to, url_from, url_to) as place from link)
select * from (
  select 'Remove the link to ' || host_to as task, 'malicious' as why, url_from as "where" from bad where place <= 20 order by place
)
union all
select * from (
  select 'Remove ' || count(*) || case count(*) when 1 then ' more link' else ' more links' end, 'malicious: the table “Links to malicious sites” has all', null
  from bad where place > 20 having count(*) > 0
)
union all
select * from (
  select 'Remove the links to ' || host_to, 'malicious, ' || format_number(links) || case links when 1 then ' link' else ' links' end, null
  from threat where host_to not in (select host_to from bad) order by links desc, host_to
);

-- @donut Followed or not
-- A link with nofollow asks search engines not to follow it.
select lower(nofollow) as rel, count(*) as links
from serpstat_outlink where query = :domain group by 1 order by links desc, rel;
-- @or all links, told apart by nofollow alone
with
  t as materialized (select total as links from serpstat_outlink_summary where query = :domain),
  n as materialized (select total as links from serpstat_outlink_summary where query = :domain and complex_filter = '[[{"field":"link_nofollow","compareType":"contains","value":["nofollow"]}]]')
select 'without nofollow' as rel, t.links - n.links as links from t cross join n
union all
select 'nofollow', links from n;

-- @bar The hosts that are linked to most
with o as materialized (select host_to, links from serpstat_out_domain where query = :domain order by links desc limit 100)
select host_to, links from o order by links desc, host_to limit 15;

-- @line Links by the month in which they were first seen
-- Of the links that are there today.
-- @optional
select date(first_seen, 'start of month') as month, count(*) as links
from serpstat_outlink where query = :domain group by 1 order by 1;

-- @bar The commonest anchors
select case link_text when '' then '(no text)' else link_text end as anchor, count(*) as links
from serpstat_outlink where query = :domain group by 1 order by links desc, anchor limit 15;
-- @or the anchors of 200 links alone, those from the pages with the most links
with l as materialized (select link_text, links_ext from serpstat_outlink where query = :domain order by links_ext desc limit 200)
select case link_text when '' then '(no text)' else link_text end as anchor, count(*) as links
from l group by 1 order by links desc, anchor limit 15;

-- @scatter Hosts by their rank and the links to them
-- Serpstat shows 0 as the rank of subdomains.
with o as materialized (select host_to, domain_rank, links from serpstat_out_domain where query = :domain order by links desc limit 100)
select domain_rank, links, host_to from o where domain_rank is not null order by links desc, host_to;

-- @table The linked hosts
select host_to, links, domain_rank
from serpstat_out_domain where query = :domain
order by links desc, host_to;
-- @or the 100 hosts that are linked to most
with o as materialized (select host_to, links, domain_rank from serpstat_out_domain where query = :domain order by links desc limit 100)
select * from o order by links desc, host_to;

-- @table The pages with the most links
-- Of the 200 links that share their page with the most others. Pages that link to so many give each of them little.
with l as materialized (select url_from, links_ext from serpstat_outlink where query = :domain order by links_ext desc limit 200)
select url_from, max(links_ext) as links_on_page, count(*) as of_these_200
from l group by 1 order by 2 desc, 1;

-- @table Links to malicious sites
-- Their addresses are left out, since nobody is to follow them by mistake.
select host_to, url_from, (select group_concat(replace(value, '_', ' '), ', ') from json_each(threat_types)) as kinds
from serpstat_out_threat_link where query = :domain
limit 50;

-- @table Links that are gone
-- @optional
select date(date_del) as gone, url_from, url_to, link_text
from serpstat_lost_outlink where query = :domain
order by date_del desc, url_from, url_to;
-- @or 100 of the links that are gone, those from the pages with the most links
with l as materialized (select date_del, url_from, url_to, link_text, links_ext from serpstat_lost_outlink where query = :domain order by links_ext desc limit 100)
select date(date_del) as gone, url_from, url_to, link_text from l order by date_del desc, url_from, url_to;
