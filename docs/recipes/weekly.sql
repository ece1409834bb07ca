-- New links
select first_seen, domain_rank, url_from, url_to, link_text, nofollow
from serpstat_backlink
where query = :domain and first_seen >= date('now', '-7 days') and first_seen < date('now')
order by first_seen desc, domain_rank desc, url_from, url_to;

-- Lost links
select date_del, domain_rank, url_from, url_to, link_text, nofollow
from serpstat_lost_backlink
where query = :domain and date_del >= date('now', '-7 days') and date_del < date('now')
order by date_del desc, domain_rank desc, url_from, url_to;
