connection "serpstat" {
  plugin = "serpstat"

  # The API token of your Serpstat account, required. It is shown at https://serpstat.com/users/profile/
  # and can also be set with the SERPSTAT_API_TOKEN environment variable.
  # token = "1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d"

  # The most API credits that one scan may spend; a row costs one. A scan that would cost more fails after its first
  # page, with the number: a forgotten LIMIT must not spend a month's plan. 0 is no limit.
  # In serpstat-sql it is for all statements of a run; where it is not set, that asks above 1,000.
  # Can also be set with the SERPSTAT_MAX_CREDITS environment variable.
  # max_credits = 10000

  # Sends the token in the HTTP header "token" in place of the URL, which proxies and servers on the way may log.
  # Serpstat's documentation has the URL alone; its own connector for Airbyte uses the header.
  # token_in_header = false

  # The API's address. Set it to use the simulator or a gateway; it must be https unless the host is loopback.
  # Can also be set with the SERPSTAT_API_URL environment variable. https://serpstat.com/api/
  # base_url = "https://api.serpstat.com/v4/"

  # Permits http for a base_url whose host is not loopback, which sends the token unencrypted.
  # allow_insecure_base_url = false

  # Requests per second that your plan allows, for all queries with this token together: 1 on most plans,
  # 10 on the largest. Can also be set with the SERPSTAT_REQUESTS_PER_SECOND environment variable.
  # requests_per_second = 1

  # The most requests under way at a time. Pages are fetched ahead only as far as the rate calls for.
  # max_concurrent_requests = 10

  # Seconds to wait for one answer before the request is tried again.
  # request_timeout = 60

  # How often a request is tried again after a rate limit (429), a server error or a lost connection.
  # max_retries = 5

  # Takes what there is where rows stay away that the API counts, with a warning in the plugin's log. By default such a
  # query fails, and says how many rows of how many have come.
  # allow_incomplete = false

  # Answers count(*), and what else needs no column of the rows, from the total that the API tells, for one credit. Set
  # it to false to have the rows read and counted, for a credit each.
  # count_from_total = true

  # How old answers may be that are used again in place of buying them anew, such as 90s, 30m or 12h; 0 is not at all.
  # serpstat-sql keeps them for later runs, by default for 1h. In Steampipe they are kept in memory, for as long as its
  # own cache settings say (cache, cache_ttl), and no longer than this. Can also be set with the SERPSTAT_CACHE_TTL
  # environment variable.
  # cache_ttl = "1h"

  # Lets Steampipe's SQLite extension use the plugin, whose answers it makes wrong in many statements. serpstat-sql has
  # the same tables in SQLite. Can also be set with the SERPSTAT_ALLOW_SQLITE_EXTENSION environment variable.
  # allow_sqlite_extension = false
}
