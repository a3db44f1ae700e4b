"""The catalogue queries of reflection, one per topic and none per table. Results are read by position, and things are
told apart by their numbers: a compatible server may fold the names of columns and tables."""

from __future__ import annotations

from dataclasses import dataclass

OWN = "_dbtransfer"


@dataclass(frozen=True, slots=True)
class Topic:
    """One query, and what is not known without it."""

    name: str
    sql: str


TABLES = Topic(
    "tables",
    """\
SELECT t.object_id, s.name, t.name
FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id
WHERE t.is_ms_shipped = 0 ORDER BY s.name, t.name""",
)
COLUMNS = Topic(
    "columns",
    """\
SELECT c.object_id, c.column_id, c.name, COALESCE(b.name, u.name), u.name, u.is_user_defined, u.is_assembly_type,
  c.max_length, c.precision, c.scale, c.collation_name, c.is_nullable
FROM sys.columns c JOIN sys.types u ON u.user_type_id = c.user_type_id
LEFT JOIN sys.types b ON b.user_type_id = c.system_type_id AND b.system_type_id = c.system_type_id
JOIN sys.tables t ON t.object_id = c.object_id
WHERE t.is_ms_shipped = 0 ORDER BY c.object_id, c.column_id""",
)
SPELLINGS = Topic(
    "the case of names",
    "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS",
)
COLUMN_FEATURES = Topic(
    "column features",
    """\
SELECT object_id, column_id, is_sparse, is_column_set, generated_always_type, is_hidden, is_masked, encryption_type
FROM sys.columns""",
)
TABLE_FEATURES = Topic(
    "table features",
    "SELECT object_id, temporal_type, is_memory_optimized, is_external, is_node, is_edge FROM sys.tables",
)
IDENTITIES = Topic(
    "identities",
    """\
SELECT object_id, column_id, CAST(seed_value AS decimal(38,0)), CAST(increment_value AS decimal(38,0)),
  CAST(last_value AS decimal(38,0))
FROM sys.identity_columns""",
)
COMPUTED = Topic("computed columns", "SELECT object_id, column_id, definition, is_persisted FROM sys.computed_columns")
DEFAULTS = Topic("defaults", "SELECT parent_object_id, parent_column_id, definition FROM sys.default_constraints")
INDEXES = Topic(
    "indexes",
    """\
SELECT object_id, index_id, name, type, is_unique, is_primary_key, is_unique_constraint, is_disabled, filter_definition
FROM sys.indexes WHERE type > 0 AND is_hypothetical = 0 ORDER BY object_id, index_id""",
)
INDEX_COLUMNS = Topic(
    "columns of indexes",
    """\
SELECT object_id, index_id, column_id, key_ordinal, is_descending_key, is_included_column
FROM sys.index_columns ORDER BY object_id, index_id, key_ordinal, index_column_id""",
)
FOREIGN_KEYS = Topic(
    "foreign keys",
    """\
SELECT object_id, parent_object_id, name, referenced_object_id, delete_referential_action_desc,
  update_referential_action_desc, is_disabled, is_not_trusted
FROM sys.foreign_keys ORDER BY parent_object_id, name""",
)
FOREIGN_KEY_COLUMNS = Topic(
    "columns of foreign keys",
    """\
SELECT constraint_object_id, parent_column_id, referenced_column_id
FROM sys.foreign_key_columns ORDER BY constraint_object_id, constraint_column_id""",
)
CHECKS = Topic(
    "checks",
    """\
SELECT parent_object_id, name, definition, is_disabled, is_not_trusted
FROM sys.check_constraints ORDER BY parent_object_id, name""",
)
COMMENTS = Topic(
    "comments",
    """\
SELECT major_id, minor_id, CAST(value AS nvarchar(4000))
FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'""",
)
SIZES = Topic(
    "numbers of rows",
    """\
SELECT p.object_id, SUM(CASE WHEN a.type = 1 THEN p.rows ELSE 0 END), SUM(a.used_pages) * 8192
FROM sys.partitions p JOIN sys.allocation_units a ON a.container_id = p.partition_id
WHERE p.index_id IN (0, 1) GROUP BY p.object_id""",
)
OBJECTS = Topic(
    "views, triggers and other objects",
    """\
SELECT o.type, s.name, o.name, p.name
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.objects p ON p.object_id = o.parent_object_id
WHERE o.is_ms_shipped = 0 AND o.type IN ('V', 'P', 'PC', 'X', 'FN', 'IF', 'TF', 'FS', 'FT', 'AF', 'TR', 'TA', 'SN',
  'SO', 'SQ', 'R', 'ET') ORDER BY o.type, s.name, o.name""",
)
TYPES = Topic(
    "types of users",
    """\
SELECT s.name, t.name, t.is_table_type, t.is_assembly_type
FROM sys.types t JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE t.is_user_defined = 1""",
)
DATABASE_TRIGGERS = Topic("triggers of the database", "SELECT name FROM sys.triggers WHERE parent_class = 0")
PROPERTIES = Topic(
    "extended properties",
    """\
SELECT e.name, COUNT(*) FROM sys.extended_properties e
WHERE NOT (e.name = N'MS_Description' AND e.class = 1) AND e.name NOT LIKE N'microsoft[_]%' GROUP BY e.name""",
)
POLICIES = Topic(
    "security policies",
    """\
SELECT p.target_object_id, y.name, y.is_enabled
FROM sys.security_predicates p JOIN sys.security_policies y ON y.object_id = p.object_id
WHERE p.predicate_type = 0""",
)
FULLTEXT = Topic("full-text indexes", "SELECT object_id FROM sys.fulltext_indexes")
FILTERED = Topic(
    "security policies",
    """\
SELECT s.name, o.name, N'the security policy ' + y.name + N' may hide rows of'
FROM sys.security_predicates p JOIN sys.security_policies y ON y.object_id = p.object_id
JOIN sys.objects o ON o.object_id = p.target_object_id JOIN sys.schemas s ON s.schema_id = o.schema_id
WHERE y.is_enabled = 1 AND p.predicate_type = 0""",
)
MASKED = Topic(
    "masked columns",
    """\
SELECT s.name, o.name, N'a mask hides the values of column ' + c.name + N' in'
FROM sys.masked_columns c JOIN sys.objects o ON o.object_id = c.object_id
JOIN sys.schemas s ON s.schema_id = o.schema_id
WHERE c.is_masked = 1 AND COALESCE(HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'UNMASK'), 0) = 0""",
)

STANDARD_TABLES = Topic(
    "tables",
    """\
SELECT TABLE_SCHEMA + N'.' + TABLE_NAME, TABLE_SCHEMA, TABLE_NAME
FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE' ORDER BY 2, 3""",
)
STANDARD_COLUMNS = Topic(
    "columns",
    """\
SELECT TABLE_SCHEMA + N'.' + TABLE_NAME, COLUMN_NAME, COLUMN_NAME, DATA_TYPE, DATA_TYPE, 0, 0,
  CASE WHEN DATA_TYPE IN ('nchar', 'nvarchar') AND CHARACTER_MAXIMUM_LENGTH > 0 THEN 2 ELSE 1 END
    * CHARACTER_MAXIMUM_LENGTH,
  NUMERIC_PRECISION, COALESCE(NUMERIC_SCALE, DATETIME_PRECISION), COLLATION_NAME,
  CASE IS_NULLABLE WHEN 'YES' THEN 1 ELSE 0 END
FROM INFORMATION_SCHEMA.COLUMNS ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION""",
)
STANDARD_DEFAULTS = Topic(
    "defaults",
    """\
SELECT TABLE_SCHEMA + N'.' + TABLE_NAME, COLUMN_NAME, COLUMN_DEFAULT
FROM INFORMATION_SCHEMA.COLUMNS WHERE COLUMN_DEFAULT IS NOT NULL""",
)
STANDARD_IDENTITIES = Topic(
    "identities",
    """\
SELECT i.place, i.COLUMN_NAME, IDENT_SEED(i.place), IDENT_INCR(i.place), IDENT_CURRENT(i.place)
FROM (SELECT TABLE_SCHEMA + N'.' + TABLE_NAME AS place, COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS
  WHERE COLUMNPROPERTY(OBJECT_ID(TABLE_SCHEMA + N'.' + TABLE_NAME), COLUMN_NAME, 'IsIdentity') = 1) i""",
)
STANDARD_KEYS = Topic(
    "keys",
    """\
SELECT TABLE_SCHEMA + N'.' + TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_NAME, 2, 1,
  CASE CONSTRAINT_TYPE WHEN 'PRIMARY KEY' THEN 1 ELSE 0 END, CASE CONSTRAINT_TYPE WHEN 'UNIQUE' THEN 1 ELSE 0 END, 0,
  NULL
FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS WHERE CONSTRAINT_TYPE IN ('PRIMARY KEY', 'UNIQUE')""",
)
STANDARD_KEY_COLUMNS = Topic(
    "columns of keys",
    """\
SELECT TABLE_SCHEMA + N'.' + TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, ORDINAL_POSITION, 0, 0
FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION""",
)
STANDARD_FOREIGN_KEYS = Topic(
    "foreign keys",
    """\
SELECT r.CONSTRAINT_SCHEMA + N'.' + r.CONSTRAINT_NAME, f.TABLE_SCHEMA + N'.' + f.TABLE_NAME, r.CONSTRAINT_NAME,
  p.TABLE_SCHEMA + N'.' + p.TABLE_NAME, r.DELETE_RULE, r.UPDATE_RULE, 0, 0
FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS r
JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS f
  ON f.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND f.CONSTRAINT_NAME = r.CONSTRAINT_NAME
JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS p
  ON p.CONSTRAINT_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA AND p.CONSTRAINT_NAME = r.UNIQUE_CONSTRAINT_NAME""",
)
STANDARD_FOREIGN_KEY_COLUMNS = Topic(
    "columns of foreign keys",
    """\
SELECT r.CONSTRAINT_SCHEMA + N'.' + r.CONSTRAINT_NAME, f.COLUMN_NAME, p.COLUMN_NAME
FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS r
JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE f
  ON f.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND f.CONSTRAINT_NAME = r.CONSTRAINT_NAME
JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE p
  ON p.CONSTRAINT_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA AND p.CONSTRAINT_NAME = r.UNIQUE_CONSTRAINT_NAME
  AND p.ORDINAL_POSITION = f.ORDINAL_POSITION
ORDER BY 1, f.ORDINAL_POSITION""",
)
STANDARD_CHECKS = Topic(
    "checks",
    """\
SELECT t.TABLE_SCHEMA + N'.' + t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, 0, 0
FROM INFORMATION_SCHEMA.CHECK_CONSTRAINTS c JOIN INFORMATION_SCHEMA.CONSTRAINT_TABLE_USAGE t
  ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME""",
)


@dataclass(frozen=True, slots=True)
class Source:
    """The queries that tables are read by. Those of the standard take a table's name for its number."""

    tables: Topic = TABLES
    columns: Topic = COLUMNS
    identities: Topic = IDENTITIES
    defaults: Topic = DEFAULTS
    indexes: Topic = INDEXES
    index_columns: Topic = INDEX_COLUMNS
    foreign_keys: Topic = FOREIGN_KEYS
    foreign_key_columns: Topic = FOREIGN_KEY_COLUMNS
    checks: Topic = CHECKS


OWN_CATALOGUE = Source()
STANDARD_CATALOGUE = Source(
    STANDARD_TABLES,
    STANDARD_COLUMNS,
    STANDARD_IDENTITIES,
    STANDARD_DEFAULTS,
    STANDARD_KEYS,
    STANDARD_KEY_COLUMNS,
    STANDARD_FOREIGN_KEYS,
    STANDARD_FOREIGN_KEY_COLUMNS,
    STANDARD_CHECKS,
)
