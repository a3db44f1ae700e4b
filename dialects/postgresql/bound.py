"""The catalogue queries of what is bound to tables from outside, or has a name of its own: views, keys, sequences,
publications, statistics, functions, and all else that the server knows to depend on them."""

RELATIONS = """
SELECT c.oid, c.relispartition, c.relkind, EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhrelid, inhparent)),
       ARRAY(SELECT label FROM pg_seclabel WHERE objoid = c.oid AND classoid = 'pg_class'::regclass),
       c.reltablespace <> 0, c.relrowsecurity, c.relforcerowsecurity
  FROM pg_class c WHERE c.oid = {relation}::regclass
"""

VIEWS = """
WITH RECURSIVE seen (oid, depth) AS (
  SELECT unnest({relations}), 0
  UNION
  SELECT r.ev_class, s.depth + 1
    FROM seen s
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid
     AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> s.oid
    JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
   WHERE s.depth < 100)
SELECT c.oid, c.relkind, n.nspname, c.relname, c.relpersistence, max(s.depth) AS depth,
       format('CREATE %sVIEW %I.%I%s AS %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END,
              n.nspname, c.relname, ' WITH (' || array_to_string(c.reloptions, ', ') || ')',
              rtrim(pg_get_viewdef(c.oid), ';'))
         || CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN ' WITH NO DATA' ELSE '' END,
       ARRAY(SELECT DISTINCT format('%s.%s', d.refobjid, a.attname)
               FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
               JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE r.ev_class = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ({relations}))
  FROM seen s JOIN pg_class c ON c.oid = s.oid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE s.depth > 0
 GROUP BY c.oid, n.nspname ORDER BY depth, n.nspname, c.relname
"""
"""Views over views come later. A view reads the columns of the live tables that its rule depends on."""

CHOSEN_INDEXES = """
SELECT i.indrelid, x.relname, i.indisclustered, i.indisreplident,
       format('ALTER TABLE %s CLUSTER ON %I', i.indrelid::regclass, x.relname),
       format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', i.indrelid::regclass, x.relname),
       format('COMMENT ON INDEX %I.%I IS %L', n.nspname, x.relname, obj_description(x.oid, 'pg_class')),
       obj_description(x.oid, 'pg_class') IS NOT NULL
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
 WHERE i.indrelid = ANY ({relations}) ORDER BY x.relname
"""

CONSTRAINT_COMMENTS = """
SELECT conrelid, conname, format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, conrelid::regclass,
                                 obj_description(oid, 'pg_constraint'))
  FROM pg_constraint WHERE conrelid = ANY ({relations}) AND obj_description(oid, 'pg_constraint') IS NOT NULL
"""

SEQUENCES = """
SELECT d.refobjid, s.oid, n.nspname = t.nspname, s.relname, a.attname
  FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_namespace n ON n.oid = s.relnamespace
  JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace t ON t.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
   AND d.refobjid = ANY ({relations})
 ORDER BY s.relname
"""

FOREIGN_KEYS = """
SELECT k.conrelid, k.confrelid, cn.nspname, c.relname, k.conname, k.convalidated,
       format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)),
       format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.conrelid::regclass, k.conname),
       format('COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname, k.conrelid::regclass,
              obj_description(k.oid, 'pg_constraint')), obj_description(k.oid, 'pg_constraint') IS NOT NULL,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u (n, place)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (n, place)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY place),
       c.relkind = 'p'
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
 WHERE k.contype = 'f' AND k.conparentid = 0
   AND (k.conrelid = ANY ({relations})) <> (k.confrelid = ANY ({relations}))
 ORDER BY cn.nspname, c.relname, k.conname
"""

PUBLICATIONS = """
SELECT r.prrelid, p.pubname, format('ALTER PUBLICATION %I DROP TABLE %s', p.pubname, r.prrelid::regclass),
       format('ALTER PUBLICATION %I ADD TABLE %s%s%s', p.pubname, r.prrelid::regclass,
              ' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                        WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])) || ')',
              ' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')'),
       ARRAY(SELECT a.attname::text FROM pg_depend d
               JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_publication_rel'::regclass AND d.objid = r.oid
                AND d.refclassid = 'pg_class'::regclass)
  FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = ANY ({relations})
 ORDER BY p.pubname
"""

ALL_TABLES = """
SELECT pubname FROM pg_publication WHERE puballtables
UNION SELECT p.pubname FROM pg_publication p JOIN pg_publication_namespace s ON s.pnpubid = p.oid
        JOIN pg_class c ON c.relnamespace = s.pnnspid WHERE c.oid = ANY ({relations})
"""

STATISTICS = """
SELECT s.stxrelid, s.stxname, format('DROP STATISTICS %I.%I', n.nspname, s.stxname),
       concat_ws(E'\\x1f', pg_get_statisticsobjdef(s.oid),
         CASE WHEN s.stxstattarget >= 0 THEN
           format('ALTER STATISTICS %I.%I SET STATISTICS %s', n.nspname, s.stxname, s.stxstattarget) END,
         format('ALTER STATISTICS %I.%I OWNER TO %s', n.nspname, s.stxname, s.stxowner::regrole),
         CASE WHEN obj_description(s.oid, 'pg_statistic_ext') IS NOT NULL THEN
           format('COMMENT ON STATISTICS %I.%I IS %L', n.nspname, s.stxname, obj_description(s.oid, 'pg_statistic_ext'))
         END),
       ARRAY(SELECT a.attname::text FROM pg_depend d
               JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_statistic_ext'::regclass AND d.objid = s.oid
                AND d.refclassid = 'pg_class'::regclass)
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = ANY ({relations})
 ORDER BY s.stxname
"""

FUNCTIONS = """
SELECT DISTINCT d.refobjid, p.oid::regprocedure::text, pg_get_functiondef(p.oid)
  FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid AND p.prosqlbody IS NOT NULL
 WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ({relations})
 ORDER BY 2
"""
"""With a body that the server has parsed; a body that is a string finds its tables by name."""

OTHERS = """
WITH ours AS (
  SELECT c.oid, c.relkind, c.reltype, t.typarray FROM pg_class c LEFT JOIN pg_type t ON t.oid = c.reltype
   WHERE c.oid = ANY ({oids}))
SELECT DISTINCT coalesce(o.oid, s.refobjid), pg_describe_object(d.classid, d.objid, d.objsubid)
  FROM pg_depend d
  LEFT JOIN ours o ON (d.refclassid = 'pg_class'::regclass AND d.refobjid = o.oid)
                   OR (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (o.reltype, o.typarray))
  LEFT JOIN pg_depend s ON s.classid = 'pg_class'::regclass AND s.objid = d.refobjid
       AND d.refclassid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.deptype IN ('a', 'i')
       AND s.refobjid = ANY ({relations}) AND s.refobjsubid > 0
       AND EXISTS (SELECT FROM pg_class q WHERE q.oid = s.objid AND q.relkind = 'S')
 WHERE (o.oid IS NOT NULL OR s.objid IS NOT NULL)
   AND NOT (d.classid = 'pg_type'::regclass AND d.objid IN (SELECT unnest(ARRAY[reltype, typarray]) FROM ours))
   AND NOT (d.classid = 'pg_class'::regclass
            AND EXISTS (SELECT FROM pg_class x WHERE x.oid = d.objid AND x.relkind IN ('i', 'S', 't')))
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
                      AND (k.conrelid = ANY ({relations}) OR k.contype = 'f'))
   AND NOT EXISTS (SELECT FROM pg_trigger t WHERE d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
                      AND (t.tgisinternal OR t.tgrelid = ANY ({oids})))
   AND NOT EXISTS (SELECT FROM pg_attrdef a WHERE d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
                      AND a.adrelid = ANY ({oids}))
   AND NOT EXISTS (SELECT FROM pg_rewrite r WHERE d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
                      AND r.ev_class = ANY ({oids}))
   AND NOT EXISTS (SELECT FROM pg_policy p WHERE d.classid = 'pg_policy'::regclass AND p.oid = d.objid
                      AND p.polrelid = ANY ({oids}))
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE d.classid = 'pg_proc'::regclass AND p.oid = d.objid
                      AND p.prosqlbody IS NOT NULL AND d.refobjid = ANY ({relations}))
   AND d.classid NOT IN ('pg_publication_rel'::regclass, 'pg_statistic_ext'::regclass)
"""
"""All else that the server knows to depend on these tables and views, their row types or their own sequences."""
