-- Every type of DuckDB in one table, with hard values; types of which only DuckDB knows the values stand in another.
CREATE SEQUENCE numbers START 100 INCREMENT 5;
CREATE TABLE t (
  k INTEGER PRIMARY KEY,
  bo BOOLEAN, ti TINYINT, si SMALLINT, i INTEGER, bi BIGINT, ut UTINYINT, us USMALLINT, ui UINTEGER, ub UBIGINT,
  hu HUGEINT, uh UHUGEINT, bn BIGNUM, d1 DECIMAL(4,1), d9 DECIMAL(9,9), d18 DECIMAL(18,3), d38 DECIMAL(38,10),
  f FLOAT, d DOUBLE, v VARCHAR, vc VARCHAR COLLATE nocase, b BLOB, da DATE, tm TIME, tz TIME WITH TIME ZONE,
  ts TIMESTAMP, ts_s TIMESTAMP_S, ts_ms TIMESTAMP_MS, ts_us TIMESTAMP_NS, ts_ns TIMESTAMP_NS, tm_ns TIME_NS,
  tstz TIMESTAMPTZ, tstz_ns TIMESTAMPTZ_NS, iv INTERVAL, uu UUID, js JSON, en ENUM('sad', 'it''s ok', 'happy, é'),
  bt BIT, g GEOMETRY, li INTEGER[], lv VARCHAR[], ar INTEGER[3], ll INTEGER[][],
  st STRUCT(a INTEGER, "b c" VARCHAR), ma MAP(VARCHAR, INTEGER), un UNION(n INTEGER, s VARCHAR)
);
INSERT INTO t VALUES
 (1, true, 127, 32767, 2147483647, 9223372036854775807, 255, 65535, 4294967295, 18446744073709551615,
  170141183460469231731687303715884105727, 340282366920938463463374607431768211455,
  '123456789012345678901234567890123456789012345678901234567890', 999.9, 0.999999999, 999999999999999.999,
  9999999999999999999999999999.9999999999, '3.4028235e38', '1.7976931348623157e308',
  'quote '' " ` back\slash' || chr(10) || chr(13) || chr(9) || '😀', 'Ab', '\x00\xFF\x27\x22\x5C\x0A', '9999-12-31',
  '23:59:59.999999', '23:59:59.999999-15:59:59', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59',
  '9999-12-31 23:59:59.999', '2262-04-11 23:47:16.854774', '2262-04-11 23:47:16.854775806', '23:59:59.999999999',
  '9999-12-31 23:59:59.999999+00', '2020-01-31 10:00:00.123456789+02', '-14 months 40 days -25 hours 0.5 seconds',
  '12345678-9abc-4ef0-9234-56789abcdef0', '{"k" :  1.10, "k2": "é😀", "big": 123456789012345678901234567890}',
  'it''s ok', '0101', 'POINT(1 2)', [1, NULL, -3], ['a,b', NULL, 'NULL', '', 'q''s "x" \', '[', ' y '], [1, 2, 3],
  [[1], [], NULL, [2, NULL]], {'a': 1, 'b c': 'it''s, {x}: "q"'}, MAP {'a=b': 1, 'c, d': NULL}, union_value(n := 1)),
 (2, false, -128, -32768, -2147483648, -9223372036854775808, 0, 0, 0, 0,
  '-170141183460469231731687303715884105728', 0, '-1', -999.9, -0.999999999, -0.001, -0.0000000001, 1.4e-45, 5e-324,
  '', '', '', '0001-01-01', '00:00:00', '00:00:00+00', '0001-01-01', '0001-01-01', '0001-01-01', '1677-09-22',
  '1677-09-22', '00:00:00', '0001-01-01 00:00:00+00', '1969-12-31 23:59:59.999999999+00', '0 seconds',
  '00000000-0000-0000-0000-000000000000', '[]', 'sad', '0', 'LINESTRING(0 0, 1 1)', [], [], [0, 0, 0], [],
  {'a': NULL, 'b c': ''}, MAP {}, union_value(s := '1')),
 (3, NULL, 0, 0, 0, 0, 1, 1, 1, 9223372036854775808, 1, 1, 0, 0, 0, 0, 0, 16777216, 0.1::DOUBLE + 0.2::DOUBLE,
  'NULL', '\N', 'NULL'::BLOB, '1970-01-01', '12:30:00.5', '12:30:00-00:30', '1970-01-01 00:00:00.5',
  '1970-01-01 00:00:01', '1970-01-01 00:00:00.001', '1970-01-01 00:00:00.000001', '1970-01-01 00:00:00.000000001',
  '12:00:00.000000001', '1970-01-01 00:00:00+00', '1970-01-01', '1 year 2 months -3 days 04:05:06.789',
  'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', 'happy, é', '1', 'MULTIPOINT(1 1, 2 2)', [2147483647], ['é😀'],
  [-1, -2, -3], [[]], {'a': 0, 'b c': 'NULL'}, MAP {'': 0}, NULL);
INSERT INTO t (k) VALUES (4);
CREATE TABLE numbered (id BIGINT DEFAULT nextval('numbers') PRIMARY KEY, doubled BIGINT GENERATED ALWAYS AS (id * 2),
  mood ENUM('a', 'b') DEFAULT 'b', made TIMESTAMP DEFAULT current_timestamp, CHECK (id > 0), UNIQUE (mood, id));
INSERT INTO numbered (mood) VALUES ('a'), (NULL), (DEFAULT);
CREATE INDEX by_mood ON numbered (mood);
CREATE TABLE children (parent BIGINT REFERENCES numbered (id), word VARCHAR NOT NULL);
INSERT INTO children VALUES (100, 'x'), (105, ''), (NULL, ' ');
COMMENT ON TABLE children IS 'it''s';
COMMENT ON COLUMN children.word IS 'é';
CREATE TABLE nothing (a INTEGER, b VARCHAR);
CREATE VIEW seen AS SELECT 1 AS a;
CREATE MACRO twice(x) AS x * 2;
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE SEQUENCE lonely;
