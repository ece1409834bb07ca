select 1 as id, 'https://example.com/?a=1&b=2' as link_text, 9223372036854775807 as big, 0.5 as share, '2024-06-30' as day, '2024-06-30 12:34:56' as moment
union all select 2, '=1+1', -9007199254740993, 2.0, '2024-07-01', '2024-07-01 00:00:00'
union all select 3, '', null, null, null, null
union all select 4, null, 0, -1e21, '1999-12-31', '1999-12-31 23:59:59'
union all select 5, 'a "quoted", text;' || char(10) || 'of two lines, Привет 日本 ' || char(8238), 1, 0.1, '2024-02-29', '2024-02-29 00:00:01'
