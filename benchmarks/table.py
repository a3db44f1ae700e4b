"""The table every figure is about: 14 columns of common and awkward types, and how to fill it."""

from __future__ import annotations

CREATE = """\
CREATE TABLE wide (
  id bigint PRIMARY KEY, customer integer NOT NULL, token uuid NOT NULL, name varchar(80) NOT NULL,
  price numeric(12,2) NOT NULL, weight numeric(18,6), quantity smallint NOT NULL, active boolean NOT NULL,
  score double precision, born date, happened timestamp NOT NULL, recorded timestamptz NOT NULL,
  note text, extra jsonb)"""

FILL = """\
INSERT INTO wide SELECT
  i, (i * 7919::bigint) % 100000, md5(i::text)::uuid, 'Customer number ' || i || ' Müller',
  (i % 1000000) / 100.0, CASE WHEN i % 7 > 0 THEN (i % 99991) / 1000000.0 END, i % 300, i % 3 = 0,
  CASE WHEN i % 11 > 0 THEN i / 7.0::float8 END, date '1970-01-01' + (i % 20000)::int,
  timestamp '2001-01-01' + (i || ' seconds')::interval + ((i % 1000000) || ' microseconds')::interval,
  timestamptz '2011-01-01 00:00:00+00' + (i || ' seconds')::interval,
  CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'He said "no", twice' WHEN 3 THEN E'two\\nlines, ' || i
    ELSE 'plain text of a middling length, row ' || i END,
  jsonb_build_object('n', i, 'tags', jsonb_build_array('a', 'b'), 'ok', i % 2 = 0)
FROM generate_series(1::bigint, {rows}) AS g(i)"""

ANALYZE = "VACUUM ANALYZE wide"

AS_CSV = """\
COPY (SELECT id, customer, token, name, price, weight, quantity, active::int, score, born, happened,
  to_char(recorded AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), note, extra
  FROM wide WHERE id >= {lower} AND id < {upper} ORDER BY id) TO STDOUT (FORMAT csv, NULL 'NULL')"""
"""One chunk as LOAD DATA takes it; the shapes are those that a copy gives the target's columns."""

LOAD = """\
LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE wide CHARACTER SET utf8mb4
FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n'"""

CHUNKS = 20
