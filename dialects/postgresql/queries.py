"""The catalogue queries of reflection, one per topic and none per table."""

RELATIONS = """
SELECT c.oid, n.nspname AS home, c.relname AS name, c.relkind AS kind, c.relpersistence AS persistence,
       c.relrowsecurity AS secured,
       CASE WHEN c.relkind = 'p'
            THEN (SELECT sum(greatest(p.reltuples, 0))
                    FROM pg_partition_tree(c.oid) t JOIN pg_class p ON p.oid = t.relid WHERE t.isleaf)
            WHEN c.reltuples >= 0 THEN c.reltuples END::bigint AS rows,
       CASE WHEN c.relkind = 'p' THEN (SELECT sum(pg_table_size(t.relid)) FROM pg_partition_tree(c.oid) t)
            WHEN c.relkind = 'r' THEN pg_table_size(c.oid) END::bigint AS octets,
       coalesce(obj_description(c.oid, 'pg_class'), '') AS comment,
       coalesce(array_to_string(c.reloptions, ', '), '') AS storage,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partitioning,
       CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::regclass::text END AS partition_of,
       ARRAY(SELECT i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = c.oid AND NOT c.relispartition)
           AS parents,
       EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid AND c.relkind = 'r') AS inherited,
       c.relacl IS NOT NULL AS granted
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', '_dbtransfer') AND c.relname !~ '^_dbtransfer'
   AND (%(everything)s OR n.nspname = ANY (%(schemas)s))
   AND NOT EXISTS (SELECT FROM pg_depend e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
 ORDER BY n.nspname, c.relname
"""

COLUMNS = """
SELECT a.attrelid AS relation, a.attname AS name, a.atttypid AS type, format_type(a.atttypid, a.atttypmod) AS native,
       NOT a.attnotnull AS nullable, a.attidentity AS identity, a.attgenerated AS generated,
       pg_get_expr(d.adbin, d.adrelid) AS expression, coalesce(col_description(a.attrelid, a.attnum), '') AS comment,
       CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
       NOT l.collisdeterministic AS insensitive, q.seqrelid AS sequence_number,
       q.seqrelid::regclass::text AS sequence, q.seqstart AS start,
       q.seqincrement AS increment, q.seqmin AS least, q.seqmax AS greatest, q.seqcache AS cache, q.seqcycle AS cycle,
       has_sequence_privilege(q.seqrelid, 'SELECT') AS readable
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_collation l ON l.oid = a.attcollation
  LEFT JOIN LATERAL (
       SELECT s.* FROM pg_depend o JOIN pg_sequence s ON s.seqrelid = o.objid
        WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.refobjid = a.attrelid
          AND o.refobjsubid = a.attnum AND o.deptype = 'i'
       UNION ALL
       SELECT s.* FROM pg_depend u JOIN pg_sequence s ON s.seqrelid = u.refobjid
        WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid AND u.refclassid = 'pg_class'::regclass
          AND pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\\(''[^'']+''::regclass\\)$'
          AND a.attnotnull AND t.oid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
          AND NOT EXISTS (SELECT FROM pg_depend v WHERE v.classid = 'pg_attrdef'::regclass AND v.objid <> d.oid
                             AND v.refclassid = 'pg_class'::regclass AND v.refobjid = s.seqrelid
                             AND NOT EXISTS (SELECT FROM pg_attrdef h JOIN pg_inherits i ON i.inhrelid = h.adrelid
                                              WHERE h.oid = v.objid AND i.inhparent = a.attrelid))
          AND NOT EXISTS (SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = s.seqrelid
                             AND o.deptype = 'a' AND (o.refobjid, o.refobjsubid) <> (a.attrelid, a.attnum))
        LIMIT 1) q ON true
 WHERE a.attrelid = ANY (%(relations)s) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum
"""
"""A sequence numbers a column when the column's default asks just it, no other default asks it but those that tables
inherit from this column, and no other column owns it: a serial column, also one whose sequence has lost its owner."""

TYPES = """
SELECT t.oid, t.typtype AS kind, t.typname AS name, format_type(t.oid, NULL) AS text, t.typbasetype AS base,
       format_type(t.typbasetype, t.typtypmod) AS base_text, t.typelem AS element, t.typnotnull AS required,
       pg_get_expr(t.typdefaultbin, 0) AS expression,
       CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END
           AS collation,
       ARRAY(SELECT enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
       ARRAY(SELECT ARRAY[k.conname::text, pg_get_expr(k.conbin, 0)] FROM pg_constraint k
              WHERE k.contypid = t.oid AND k.contype = 'c' AND k.convalidated ORDER BY k.conname) AS checks,
       EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
           AS extended
  FROM pg_type t LEFT JOIN pg_type b ON b.oid = t.typbasetype
 WHERE t.typtype IN ('d', 'e') OR t.typtype = 'b' AND t.oid >= 16384
"""
"""Domains, enums, what extensions brought, and arrays of all these."""

CONSTRAINTS = """
SELECT k.conrelid AS relation, k.conname AS name, k.contype AS kind, k.condeferrable AS deferrable,
       k.condeferred AS deferred, k.convalidated AS validated, k.connoinherit AS alone,
       coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true) AS enforced,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place) AS columns,
       pn.nspname AS target_home, p.relname AS target,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place)
           AS target_columns,
       k.confupdtype AS on_update, k.confdeltype AS on_delete, k.confmatchtype AS match,
       ARRAY(SELECT a.attname::text FROM unnest(k.confdelsetcols) u(number)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) AS set_columns,
       pg_get_expr(k.conbin, k.conrelid) AS expression, coalesce(i.indnullsnotdistinct, false) AS nulls_not_distinct,
       coalesce(i.indnatts > i.indnkeyatts, false) AS includes
  FROM pg_constraint k
  LEFT JOIN pg_class p ON p.oid = k.confrelid
  LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
  LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u')
 WHERE k.conrelid = ANY (%(relations)s) AND k.contype IN ('p', 'u', 'f', 'c', 'x')
   AND (k.contype <> 'f' OR k.conparentid = 0)
 ORDER BY k.conrelid, k.conname
"""
"""A foreign key to a partitioned table has a shadow per partition, told by conparentid."""

INDEXES = """
SELECT i.indrelid AS relation, c.relname AS name, m.amname AS method, i.indisunique AS unique_,
       i.indnullsnotdistinct AS nulls_not_distinct, i.indisvalid AS valid,
       pg_get_expr(i.indpred, i.indrelid) AS predicate, coalesce(array_to_string(c.reloptions, ', '), '') AS storage,
       ARRAY(SELECT a.attname::text FROM generate_series(i.indnkeyatts, i.indnatts - 1) place
               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[place] ORDER BY place) AS include,
       ARRAY(SELECT jsonb_build_object(
                 'column', a.attname,
                 'expression', CASE WHEN i.indkey[place] = 0 THEN pg_get_indexdef(i.indexrelid, place + 1, true) END,
                 'option', i.indoption[place],
                 'collation', CASE WHEN i.indcollation[place] NOT IN (0, coalesce(a.attcollation, 100))
                                   THEN i.indcollation[place]::regcollation::text END,
                 'opclass', CASE WHEN NOT o.opcdefault THEN
                      CASE WHEN pg_opclass_is_visible(o.oid) THEN quote_ident(o.opcname)
                           ELSE quote_ident(n.nspname) || '.' || quote_ident(o.opcname) END END)
               FROM generate_series(0, i.indnkeyatts - 1) place
               LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[place] AND a.attnum > 0
               JOIN pg_opclass o ON o.oid = i.indclass[place]
               JOIN pg_namespace n ON n.oid = o.opcnamespace ORDER BY place) AS parts
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
 WHERE i.indrelid = ANY (%(relations)s)
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
 ORDER BY i.indrelid, c.relname
"""
"""An expression's collation is said unless it is the database's own, which has the number 100."""

VIEWS = """
SELECT c.oid, n.nspname AS home, c.relname AS name, pg_get_viewdef(c.oid) AS definition,
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum)
           AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY (%(views)s)
 ORDER BY n.nspname, c.relname
"""

POSITION = "SELECT {literal}, last_value, is_called FROM {name}"
"""Of one sequence; no other place tells whether the last value has been given yet."""

OTHERS = """
WITH homes AS (
  SELECT oid, nspname FROM pg_namespace
   WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', '_dbtransfer')
     AND (%(everything)s OR nspname = ANY (%(schemas)s))),
extended AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
SELECT 'trigger' AS object, t.tgrelid::regclass::text || '.' || t.tgname AS name
  FROM pg_trigger t WHERE t.tgrelid = ANY (%(relations)s) AND NOT t.tgisinternal
UNION ALL
SELECT 'rule', r.ev_class::regclass::text || '.' || r.rulename
  FROM pg_rewrite r WHERE r.ev_class = ANY (%(relations)s) AND r.rulename <> '_RETURN'
UNION ALL
SELECT 'policy', p.polrelid::regclass::text || '.' || p.polname FROM pg_policy p WHERE p.polrelid = ANY (%(relations)s)
UNION ALL
SELECT 'statistics', s.stxname::text FROM pg_statistic_ext s WHERE s.stxrelid = ANY (%(relations)s)
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, p.oid::regprocedure::text
  FROM pg_proc p JOIN homes h ON h.oid = p.pronamespace
 WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type' WHEN 'r' THEN 'range type' ELSE 'type' END,
       t.oid::regtype::text
  FROM pg_type t JOIN homes h ON h.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
 WHERE (t.typtype IN ('d', 'r') OR t.typtype = 'c' AND c.relkind = 'c' OR t.typtype = 'b' AND t.typcategory <> 'A')
   AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
UNION ALL
SELECT 'collation', l.oid::regcollation::text FROM pg_collation l JOIN homes h ON h.oid = l.collnamespace
 WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_collation'::regclass AND e.objid = l.oid)
UNION ALL
SELECT 'operator', o.oid::regoperator::text FROM pg_operator o JOIN homes h ON h.oid = o.oprnamespace
 WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_operator'::regclass AND e.objid = o.oid)
UNION ALL
SELECT 'text search configuration', s.oid::regconfig::text FROM pg_ts_config s JOIN homes h ON h.oid = s.cfgnamespace
 WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_ts_config'::regclass AND e.objid = s.oid)
UNION ALL
SELECT 'extension', extname::text FROM pg_extension WHERE %(everything)s AND extname <> 'plpgsql'
UNION ALL
SELECT 'event trigger', evtname::text FROM pg_event_trigger WHERE %(everything)s
UNION ALL
SELECT 'publication', pubname::text FROM pg_publication WHERE %(everything)s
UNION ALL
SELECT 'large objects', count(*)::text FROM pg_largeobject_metadata WHERE %(everything)s HAVING count(*) > 0
UNION ALL
SELECT 'comment', pg_describe_object(d.classoid, d.objoid, d.objsubid) FROM pg_description d
 WHERE d.classoid = 'pg_constraint'::regclass
       AND d.objoid IN (SELECT k.oid FROM pg_constraint k WHERE k.conrelid = ANY (%(relations)s))
    OR d.classoid = 'pg_class'::regclass
       AND d.objoid IN (SELECT i.indexrelid FROM pg_index i WHERE i.indrelid = ANY (%(relations)s))
"""
