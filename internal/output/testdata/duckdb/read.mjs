// Reads the files of a directory that make test-duckdb has written, and compares values, types and nulls with those that the
// statements select.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';

const dir = process.env.FILES;
const connection = await (await DuckDBInstance.create(':memory:')).connect();

// rows are a query's, with whole numbers as text: some have more digits than a number of JavaScript's.
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson();
const types = async (from) => Object.fromEntries((await rows(`describe select * from ${from}`)).map(([name, type]) => [name, type]));

const values = [
  ['1', 'https://example.com/?a=1&b=2', '9223372036854775807', 0.5, '2024-06-30', '2024-06-30 12:34:56'],
  ['2', '=1+1', '-9007199254740993', 2, '2024-07-01', '2024-07-01 00:00:00'],
  ['3', '', null, null, null, null],
  ['4', null, '0', -1e21, '1999-12-31', '1999-12-31 23:59:59'],
  ['5', 'a "quoted", text;\nof two lines, Привет 日本 \u202e', '1', 0.1, '2024-02-29', '2024-02-29 00:00:01'],
];
const columns = 'id::varchar, link_text, big::varchar, share, day::varchar, moment::varchar';

test('csv', async () => {
  const from = `read_csv('${join(dir, 'values.csv')}', header = true, allow_quoted_nulls = false, delim = ',', quote = '"')`;
  assert.deepEqual(await rows(`select ${columns} from ${from} order by id`), values);
  assert.deepEqual(await types(from), { id: 'BIGINT', link_text: 'VARCHAR', big: 'BIGINT', share: 'DOUBLE', day: 'DATE', moment: 'TIMESTAMP' });
});

test('parquet', async () => {
  const from = `'${join(dir, 'values.parquet')}'`;
  assert.deepEqual(await rows(`select ${columns} from ${from} order by id`), values);
  // These are texts of expressions: only a column of Serpstat's tables is declared as a time.
  assert.deepEqual(await types(from), { id: 'BIGINT', link_text: 'VARCHAR', big: 'BIGINT', share: 'DOUBLE', day: 'VARCHAR', moment: 'VARCHAR' });
});

test('parquet of blobs, and of columns without values and of several kinds', async () => {
  const from = `'${join(dir, 'kinds.parquet')}'`;
  assert.deepEqual(await types(from), { blob: 'BLOB', empty: 'VARCHAR', mixed: 'VARCHAR', half: 'DOUBLE', a: 'BIGINT', a_2: 'BIGINT' });
  assert.deepEqual(await rows(`select hex(blob), empty, mixed, half, a, a_2 from ${from} order by a`), [
    ['00FF', null, 'text', 1.5, '1', '2'],
    [null, null, '7', 3, '2', '4'],
  ]);
});

test('links, in both', async () => {
  const parquet = `'${join(dir, 'links.parquet')}'`;
  const csv = `read_csv('${join(dir, 'links.csv')}', header = true, allow_quoted_nulls = false)`;
  const { first_seen, last_visited, links_ext, link_text } = await types(parquet);
  assert.deepEqual({ first_seen, last_visited, links_ext, link_text }, { first_seen: 'TIMESTAMP', last_visited: 'TIMESTAMP', links_ext: 'BIGINT', link_text: 'VARCHAR' });
  const same = 'url_from, url_to, link_text, links_ext, first_seen::timestamp, last_visited::timestamp, date_del::varchar';
  assert.deepEqual(await rows(`select count(*) from ${parquet}`), [['3002']]);
  for (const [one, other] of [[parquet, csv], [csv, parquet]]) {
    assert.deepEqual(await rows(`select ${same} from ${one} except all select ${same} from ${other}`), []);
  }
});
