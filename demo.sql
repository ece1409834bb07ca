-- Run by: make demo

-- The links of a site. A LIMIT is pushed to the API: five rows cost five credits.
select url_from, url_to, link_text, links_ext from serpstat_outlink where query = 'serpstat.com' limit 5;

-- A filter, pushed as complexFilter: rows that do not match are not paid for.
select url_from, url_to, first_seen from serpstat_outlink
where query = 'serpstat.com' and links_ext <= 20 and first_seen >= '2025-01-01' limit 5;

-- A top ten: ORDER BY links_ext and LIMIT are pushed.
select url_from, links_ext from serpstat_outlink where query = 'python.org' order by links_ext desc limit 10;

-- What all links of a site cost: one credit to know, and none where an answer has told it before.
select query, total from serpstat_outlink_summary where query in ('serpstat.com', 'big.example');

-- Which sites it links to.
select domain_to, count(*) as links, count(distinct url_to) as pages
from serpstat_outlink where query = 'serpstat.com' group by domain_to order by links desc limit 10;

-- Which sites two domains both link to. The rows of serpstat.com have been read above and are not paid again.
select a.domain_to, count(distinct a.url_to) as serpstat, count(distinct b.url_to) as python
from serpstat_outlink a join serpstat_outlink b on b.domain_to = a.domain_to
where a.query = 'serpstat.com' and b.query = 'python.org'
group by a.domain_to order by a.domain_to;

-- Past the 60,000 rows that one series of requests can reach: all 99,241.
select count(*) as links, count(distinct url_from) as pages, count(distinct domain_to) as sites
from serpstat_outlink where query = 'big.example';

-- Who links to a site: one link from each of the strongest domains. ORDER BY domain_rank and LIMIT are pushed.
select domain_rank, url_from, url_to, link_text from serpstat_backlink
where query = 'serpstat.com' and link_per_domain = 1 order by domain_rank desc limit 5;

-- The hosts that a site links to most: one credit a host, where its links cost one each.
select host_to, links from serpstat_out_domain where query = 'python.org' order by links desc limit 5;

-- Which domains link to two sites both. Each side is read once, whatever the join.
with a as materialized (select distinct domain_from from serpstat_ref_domain where query = 'serpstat.com'),
     b as materialized (select distinct domain_from from serpstat_ref_domain where query = 'python.org')
select domain_from from a join b using (domain_from) order by domain_from limit 5;

-- The links to a site by kind, for five credits; a count of the list costs one.
select referring_domains, backlinks, backlinks_change, nofollow_backlinks, image_backlinks, redirect_backlinks
from serpstat_backlink_summary where query = 'shop.example';

-- How it grew: the newest weeks of the history, which costs one credit, however long it is.
select date, new_links, lost_links from serpstat_backlink_history where query = 'shop.example' order by date desc limit 4;

-- With which words it is linked to: a credit for each anchor.
select link_text, links, ref_domains from serpstat_anchor where query = 'shop.example' order by links desc limit 5;

-- Which domains link to two competitors and not to us, who are named last.
select host_from, domain_rank, links_1, links_2 from serpstat_intersection
where query = 'serpstat.com' and "intersect" = 'python.org, moz.com' and links_1 > 0 and links_2 > 0 and links_3 = 0
order by domain_rank desc limit 5;

-- Malware in the neighbourhood.
select host_to, links, threat_types from serpstat_out_threat
where query = 'forum.example' and exists (select 1 from json_each(threat_types) where value = 'malware') order by links desc limit 5;
