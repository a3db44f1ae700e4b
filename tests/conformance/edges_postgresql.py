"""The edges of PostgreSQL's types, row by row of the tables of docs/types.md."""

from __future__ import annotations

from tests.conformance.edges import ENGINES, OTHERS, Edge, Edges, Stopped

BELOW = ("mysql", "mariadb")
NOT_ITSELF = tuple(engine for engine in ENGINES if engine != "postgresql")
NUMBERS = (
    Edge("smallint", ("-32768", "0", "32767")),
    Edge("integer", ("-2147483648", "2147483647")),
    Edge("bigint", ("-9223372036854775808", "9223372036854775807")),
    Edge("oid", ("0", "4294967295")),
    Edge("numeric", ("12345678901234567890.123456789", "-0.000000001", "0")),
    Edge("numeric", ("'NaN'", "'Infinity'", "'-Infinity'", "1e-400", "1e400", "1.10")),
    Edge("numeric(10,2)", ("99999999.99", "-99999999.99", "0.01", "1.10"), (Stopped("'NaN'"),)),
    Edge("numeric(38,10)", ("9999999999999999999999999999.9999999999", "-0.0000000001")),
    Edge("numeric(65,30)", (f"{'9' * 35}.{'9' * 30}", f"-0.{'0' * 29}1")),
    Edge("numeric(1000,500)", ("0.5", f"{'9' * 500}.{'9' * 500}")),
    Edge("numeric(3,-2)", ("99900", "-100", "0")),
    Edge("numeric(3,5)", ("0.00999", "-0.00001")),
    Edge("money", ("'92233720368547758.07'", "'-92233720368547758.08'", "0")),
    Edge(
        "real",
        ("3.4028235e38", "1e-45", "16777216", "0.1", "1.17549435e-38"),
        (Stopped("'NaN'", OTHERS), Stopped("'Infinity'", BELOW), Stopped("'-Infinity'", BELOW)),
    ),
    Edge(
        "double precision",
        ("1.7976931348623157e308", "5e-324", "0.1::float8 + 0.2::float8", "1e22", "9007199254740993"),
        (Stopped("'NaN'", OTHERS), Stopped("'Infinity'", BELOW), Stopped("'-Infinity'", BELOW)),
    ),
    Edge("boolean", ("true", "false")),
)
TEXTS = (
    Edge("character(10)", ("'pad  '", "''", "'é😀'", "repeat('😀', 10)")),
    Edge("bpchar", ("'free  '", "''")),
    Edge("varchar(20)", ("''", "' '", "'a '", "'A'", "repeat('😀', 20)", "'NULL'", r"'\N'", r"'b\s '' \" ` % _'")),
    Edge("varchar(5000)", ("repeat('é', 5000)", "''")),
    Edge("text", ("repeat('ü', 70000)", r"E'\r\n\t\b\f\x1a'", "'e\u0301'", "U&'\\200D\\FEFF'", "''")),
    Edge("citext", ("'Ab'", "'É'", "''")),
    Edge("name", ("repeat('n', 63)", "''")),
    Edge('"char"', ("'q'", "''")),
    Edge("bytea", (r"'\x'", r"'\x00ff27225c0a0d1a'", r"decode(repeat('00ff', 35000), 'hex')")),
    Edge("uuid", (f"'{'f' * 8}-ffff-ffff-ffff-{'f' * 12}'", f"'{'0' * 8}-0000-0000-0000-{'0' * 12}'")),
    Edge("json", (r"""'{"k" :  1.10, "k": "é😀\\\n", "deep": [[], {}, null]}'""", "'null'", "'\"\"'")),
    Edge("jsonb", (r"""'{"b": 1.5, "a": "é😀\"", "aa": [true, null, -1]}'""", "'null'", "'18446744073709551615'")),
    Edge(
        "jsonb", ("'0.1'",), (Stopped("'12345678901234567890.123456789'", ("mysql",)), Stopped("'1e400'", ("mysql",)))
    ),
    Edge("xml", ("'<a b=\"c\">&amp;é</a>'", "''", "'text only'")),
    Edge("bit(1)", ("B'1'", "B'0'")),
    Edge("bit(8)", ("B'10000001'", "B'00000000'")),
    Edge("bit(100)", ("repeat('01', 50)::bit(100)",)),
    Edge("varbit", ("B''", "B'000'", "B'1'")),
    Edge("varbit(9)", ("B''", "B'111111111'")),
)
MOMENTS = (
    Edge(
        "date",
        ("'0001-01-01'", "'9999-12-31'", "'1582-10-10'", "'1970-01-01'"),
        (
            Stopped("'infinity'"), Stopped("'-infinity'"), Stopped("'0044-03-15 BC'", OTHERS),
            Stopped("'10000-01-01'", OTHERS),
        ),
    ),
    Edge("time", ("'00:00'", "'23:59:59.999999'", "'12:30:00.000001'"), (Stopped("'24:00'"),)),
    Edge("time(0)", ("'00:00'", "'23:59:59'")),
    Edge("timetz", ("'23:59:59.999999-12:59'", "'00:00+15:59'")),
    Edge(
        "timestamp",
        ("'0001-01-01'", "'9999-12-31 23:59:59.999999'", "'1969-12-31 23:59:59.999999'", "'2000-02-29 00:00:00.5'"),
        (
            Stopped("'infinity'"), Stopped("'-infinity'"), Stopped("'0044-03-15 12:00 BC'", OTHERS),
            Stopped("'10000-01-01'", OTHERS), Stopped("'294276-12-31 23:59:59.999999'"),
        ),
    ),
    Edge("timestamp(0)", ("'2000-02-29 23:59:59'",)),
    Edge("timestamp(3)", ("'2000-02-29 23:59:59.999'",)),
    Edge(
        "timestamptz",
        ("'0001-01-01 00:00+00'", "'9999-12-31 23:59:59.999999+00'", "'2021-03-28 01:30:00.5+01'"),
        (Stopped("'infinity'"), Stopped("'0044-03-15 12:00+00 BC'", OTHERS)),
    ),
    Edge("timestamptz(3)", ("'2038-01-19 03:14:08.999+00'",)),
    Edge("interval", ("'-1 year -2 mons +3 days -04:05:06.789'", "'0'", "'-178000000 years'", "'1 mon -1 day'")),
    Edge("interval year to month", ("'-13 months'",)),
    Edge("interval day to second(3)", ("'-1 day -00:00:00.001'",)),
)  # fmt: skip
OTHER = (
    Edge("mood", ("'sad'", "'it''s, \"ok\"'", "'é'")),
    Edge("whole", ("0", "2147483647")),
    Edge("address", ("ROW('a \"q\", (\\) street', 'zip')", "ROW(NULL, '')")),
    Edge("integer[]", ("'{1,NULL,-2147483648}'", "'{}'", "'{{1,2},{3,NULL}}'")),
    Edge("integer[]", ("'[2:3]={7,8}'", "'{1}'"), mixed=NOT_ITSELF),
    Edge("text[]", (r"""'{"a,b","c\"d","NULL",NULL,"","\\ é😀"}'""", "'{}'")),
    Edge("numeric[]", ("'{1.50,-0.01,NULL,12345678901234567890.123456789,NaN}'",)),
    Edge("double precision[]", ("'{0.1,NULL,1e300,NaN,Infinity}'",)),
    Edge("bytea[]", (r"""ARRAY['\x00ff'::bytea, NULL]""",)),
    Edge("timestamptz[]", ("'{2020-01-01 00:00:00.5+00,infinity}'",)),
    Edge("mood[]", ("ARRAY['sad', NULL]::mood[]",)),
    Edge("int4range", ("'[1,5)'", "'(,)'", "'empty'")),
    Edge("numrange", ("'(-1e40,1e-40]'",)),
    Edge("tstzrange", ("'[\"2020-01-01 00:00+02\",)'", "'[-infinity,infinity)'")),
    Edge("int4multirange", ("'{[1,3),[5,9)}'", "'{}'")),
    Edge("inet", ("'10.0.0.1/24'", "'::ffff:1.2.3.4'", "'::1'")),
    Edge("cidr", ("'10.0.0.0/8'", "'2001:db8::/32'")),
    Edge("macaddr", ("'08:00:2b:01:02:03'",)),
    Edge("macaddr8", ("'08:00:2b:01:02:03:04:05'",)),
    Edge("tsvector", ("'a:1A ''b c'':2'", "''")),
    Edge("tsquery", ("'a & (b | !''c d'')'", "''")),
    Edge("hstore", ('\'"a"=>"1, 2", "b"=>NULL\'', "''")),
    Edge("ltree", ("'Top.Sub_1.x'", "''")),
    Edge("point", ("'(1e300,-1e-300)'",)),
    Edge("line", ("'{1,-1,0.5}'",)),
    Edge("lseg", ("'[(0,0),(1,1.5)]'",)),
    Edge("box", ("'(2,3),(0,1)'",)),
    Edge("path", ("'[(0,0),(1,1)]'", "'((0,0),(1,1))'")),
    Edge("polygon", ("'((0,0),(1,1),(2,0))'",)),
    Edge("circle", ("'<(1,2),3.5>'",)),
    Edge("pg_lsn", ("'FFFFFFFF/FFFFFFFF'",)),
    Edge("xid", ("'4294967295'",)),
    Edge("xid8", ("'18446744073709551615'",)),
    Edge("tid", ("'(4294967295,65535)'",)),
    Edge("txid_snapshot", ("'10:20:10,14'",)),
    Edge("jsonpath", ("'$.\"a\"[*]?(@ > 1)'",)),
    Edge("regclass", ("'pg_class'",)),
)
EDGES = Edges(
    NUMBERS + TEXTS + MOMENTS + OTHER,
    before=(
        "CREATE EXTENSION citext",
        "CREATE EXTENSION hstore",
        "CREATE EXTENSION ltree",
        "CREATE TYPE mood AS ENUM ('sad', 'it''s, \"ok\"', 'é')",
        "CREATE DOMAIN whole AS integer CHECK (value >= 0)",
        "CREATE TYPE address AS (street text, zip varchar(10))",
    ),
    home="public",
)
