create table if not exists figures (
  domain text, day text, referring_domains integer, backlinks integer, nofollow_backlinks integer, domain_rank integer, primary key (domain, day)
);
create table if not exists links (
  domain text, url_from text, url_to text, link_text text, nofollow text, domain_rank integer, first_seen text, reported text,
  primary key (domain, url_from, url_to)
);

insert or replace into figures
select :domain, date('now'), referring_domains, backlinks, nofollow_backlinks, domain_rank
from serpstat_backlink_summary where query = :domain;

create temp table found as
select url_from, url_to, link_text, nofollow, domain_rank, first_seen
from serpstat_backlink
where query = :domain and first_seen >= (
  select coalesce(date(max(first_seen), '-10 days'), date('now', '-28 days')) from links where domain = :domain
);
insert or ignore into links
select :domain, url_from, url_to, link_text, nofollow, domain_rank, first_seen, date('now') from found
order by first_seen, domain_rank desc, url_from, url_to;

-- Trend
select day, referring_domains, backlinks, nofollow_backlinks, domain_rank,
  referring_domains - lag(referring_domains) over (order by day) as referring_domains_won,
  (select count(*) from links where domain = :domain and reported = day) as new_links
from figures where domain = :domain order by day desc;

-- New links
select first_seen, domain_rank, url_from, url_to, link_text, nofollow
from links where domain = :domain and reported = date('now')
order by domain_rank desc, first_seen desc, url_from, url_to;

-- All links so far
select reported, first_seen, domain_rank, url_from, url_to, link_text, nofollow
from links where domain = :domain
order by reported desc, domain_rank desc, first_seen desc, url_from, url_to;
