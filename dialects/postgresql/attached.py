"""The catalogue queries of what is said of a table or view itself, one per topic: its number, a kind and a name, the
statement that says it, and the columns that it needs. The server writes the statements; names are qualified, for the
session reads with an empty search path. Where several belong together, a character that no definition has stands
between them."""

BETWEEN = "\x1f"

OWNERS = """
SELECT c.oid, 'owner', o.rolname, format('ALTER TABLE %I.%I OWNER TO %I', n.nspname, c.relname, o.rolname),
       ARRAY[]::text[]
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles o ON o.oid = c.relowner
 WHERE c.oid = ANY ({oids}) AND c.relkind <> 'S'
"""

OWN_GRANTS = """
SELECT c.oid, 'grants', 'of the owner', format('REVOKE ALL ON TABLE %I.%I FROM %I', n.nspname, c.relname, o.rolname),
       ARRAY[]::text[]
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles o ON o.oid = c.relowner
 WHERE c.oid = ANY ({oids}) AND c.relacl IS NOT NULL AND c.relkind <> 'S'
"""
"""An owner can give up rights too: what is granted to him follows."""

GRANTS = """
SELECT c.oid, 'grants', 'to ' || coalesce(r.rolname, 'PUBLIC'),
       format('GRANT %s ON %s %I.%I TO %s%s', string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type),
              CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname,
              coalesce(quote_ident(r.rolname), 'PUBLIC'),
              CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END),
       ARRAY[]::text[]
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) g
  LEFT JOIN pg_roles r ON r.oid = g.grantee
 WHERE c.oid = ANY ({oids})
 GROUP BY c.oid, n.nspname, g.grantee, r.rolname, g.is_grantable
 ORDER BY g.grantee <> c.relowner, r.rolname, g.is_grantable
"""

COLUMN_GRANTS = """
SELECT c.oid, 'grants', format('on %s to %s', a.attname, coalesce(r.rolname, 'PUBLIC')),
       format('GRANT %s ON TABLE %I.%I TO %s%s',
              string_agg(format('%s (%I)', g.privilege_type, a.attname), ', ' ORDER BY g.privilege_type), n.nspname,
              c.relname, coalesce(quote_ident(r.rolname), 'PUBLIC'),
              CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END),
       ARRAY[a.attname::text]
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped CROSS JOIN LATERAL aclexplode(a.attacl) g
  LEFT JOIN pg_roles r ON r.oid = g.grantee
 WHERE c.oid = ANY ({oids})
 GROUP BY c.oid, n.nspname, a.attnum, a.attname, g.grantee, r.rolname, g.is_grantable
 ORDER BY a.attnum, r.rolname, g.is_grantable
"""

FOREIGN_GRANTORS = """
SELECT DISTINCT c.oid, b.rolname
  FROM pg_class c
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped
 CROSS JOIN LATERAL aclexplode(c.relacl || a.attacl) g JOIN pg_roles b ON b.oid = g.grantor
 WHERE c.oid = ANY ({oids}) AND g.grantor <> c.relowner
"""
"""Who has passed on a right of his own: GRANTED BY takes only the current user."""

COMMENTS = """
SELECT c.oid, 'comment', CASE s.objsubid WHEN 0 THEN 'on the table' ELSE 'on column ' || a.attname END,
       format('COMMENT ON %s %I.%I%s IS %L',
              CASE WHEN a.attname IS NOT NULL THEN 'COLUMN' WHEN c.relkind = 'v' THEN 'VIEW'
                   WHEN c.relkind = 'm' THEN 'MATERIALIZED VIEW' WHEN c.relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
              n.nspname, c.relname, '.' || quote_ident(a.attname), s.description),
       CASE WHEN a.attname IS NULL THEN ARRAY[]::text[] ELSE ARRAY[a.attname::text] END
  FROM pg_description s JOIN pg_class c ON c.oid = s.objoid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = s.objsubid AND s.objsubid > 0
 WHERE s.classoid = 'pg_class'::regclass AND c.oid = ANY ({oids})
 ORDER BY c.oid, s.objsubid
"""

TRIGGERS = """
SELECT t.tgrelid, 'trigger', t.tgname,
       concat_ws(E'\\x1f', pg_get_triggerdef(t.oid),
         CASE WHEN t.tgenabled <> 'O' THEN
           format('ALTER TABLE %s %s TRIGGER %I', t.tgrelid::regclass,
                  CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
                  t.tgname) END,
         format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, t.tgrelid::regclass,
                obj_description(t.oid, 'pg_trigger')) || CASE WHEN obj_description(t.oid, 'pg_trigger') IS NULL
                                                              THEN NULL ELSE '' END),
       ARRAY(SELECT a.attname::text FROM pg_depend d
               JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_class'::regclass
                AND d.refobjid = t.tgrelid)
  FROM pg_trigger t WHERE t.tgrelid = ANY ({oids}) AND NOT t.tgisinternal ORDER BY t.tgname
"""

RULES = """
SELECT r.ev_class, 'rule', r.rulename,
       concat_ws(E'\\x1f', rtrim(pg_get_ruledef(r.oid), ';'),
         CASE WHEN r.ev_enabled <> 'O' THEN
           format('ALTER TABLE %s %s RULE %I', r.ev_class::regclass,
                  CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
                  r.rulename) END,
         CASE WHEN obj_description(r.oid, 'pg_rewrite') IS NOT NULL THEN
           format('COMMENT ON RULE %I ON %s IS %L', r.rulename, r.ev_class::regclass,
                  obj_description(r.oid, 'pg_rewrite')) END),
       ARRAY(SELECT a.attname::text FROM pg_depend d
               JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
                AND d.refobjid = r.ev_class)
  FROM pg_rewrite r WHERE r.ev_class = ANY ({oids}) AND r.rulename <> '_RETURN' ORDER BY r.rulename
"""

POLICIES = """
SELECT p.polrelid, 'policy', p.polname,
       concat_ws(E'\\x1f', format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, p.polrelid::regclass,
              CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
              CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                            ELSE 'ALL' END,
              (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END, ', ')
                 FROM unnest(p.polroles) role),
              ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
              ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
         CASE WHEN obj_description(p.oid, 'pg_policy') IS NOT NULL THEN
           format('COMMENT ON POLICY %I ON %s IS %L', p.polname, p.polrelid::regclass,
                  obj_description(p.oid, 'pg_policy')) END),
       ARRAY(SELECT a.attname::text FROM pg_depend d
               JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
                AND d.refobjid = p.polrelid)
  FROM pg_policy p WHERE p.polrelid = ANY ({oids}) ORDER BY p.polname
"""

VIEW_COLUMNS = """
SELECT c.oid, 'default', a.attname,
       format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', c.oid::regclass, a.attname,
              pg_get_expr(d.adbin, d.adrelid)), ARRAY[a.attname::text]
  FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid AND c.relkind = 'v'
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
 WHERE c.oid = ANY ({oids})
"""

VIEW_INDEXES = """
SELECT i.indrelid, 'index', x.relname,
       pg_get_indexdef(i.indexrelid)
         || CASE WHEN i.indisclustered
                 THEN format(E'\\x1fALTER MATERIALIZED VIEW %s CLUSTER ON %I', i.indrelid::regclass, x.relname)
                 ELSE '' END,
       ARRAY[]::text[]
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid AND c.relkind = 'm' JOIN pg_class x ON x.oid = i.indexrelid
 WHERE c.oid = ANY ({oids}) ORDER BY x.relname
"""

TUNING = """
SELECT a.attrelid, 'column setting', a.attname,
       concat_ws(E'\\x1f',
         CASE WHEN a.attstattarget >= 0 THEN
           format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', a.attrelid::regclass, a.attname, a.attstattarget)
         END,
         CASE WHEN a.attstorage <> t.typstorage THEN
           format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE %s', a.attrelid::regclass, a.attname,
                  CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN'
                                    ELSE 'EXTENDED' END) END,
         CASE WHEN a.attcompression <> '' THEN
           format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION %s', a.attrelid::regclass, a.attname,
                  CASE a.attcompression WHEN 'p' THEN 'pglz' ELSE 'lz4' END) END,
         CASE WHEN a.attoptions IS NOT NULL THEN
           format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', a.attrelid::regclass, a.attname,
                  array_to_string(a.attoptions, ', ')) END),
       ARRAY[a.attname::text]
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_class c ON c.oid = a.attrelid
 WHERE a.attrelid = ANY ({oids}) AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'm')
   AND (a.attstattarget >= 0 OR a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attoptions IS NOT NULL)
 ORDER BY a.attnum
"""

SETTINGS = """
SELECT c.oid, 'storage parameters', array_to_string(c.reloptions, ', '),
       format('ALTER TABLE %s SET (%s)', c.oid::regclass, array_to_string(c.reloptions, ', ')), ARRAY[]::text[]
  FROM pg_class c WHERE c.oid = ANY ({oids}) AND c.relkind = 'r' AND c.reloptions IS NOT NULL
UNION ALL
SELECT c.oid, 'storage parameters', 'of the overflow table',
       format('ALTER TABLE %s SET (%s)', c.oid::regclass,
              (SELECT string_agg('toast.' || option, ', ') FROM unnest(o.reloptions) option)), ARRAY[]::text[]
  FROM pg_class c JOIN pg_class o ON o.oid = c.reltoastrelid
 WHERE c.oid = ANY ({oids}) AND c.relkind = 'r' AND o.reloptions IS NOT NULL
UNION ALL
SELECT c.oid, 'row security', 'enabled', format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.oid::regclass),
       ARRAY[]::text[]
  FROM pg_class c WHERE c.oid = ANY ({oids}) AND c.relkind = 'r' AND c.relrowsecurity
UNION ALL
SELECT c.oid, 'row security', 'forced', format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', c.oid::regclass),
       ARRAY[]::text[]
  FROM pg_class c WHERE c.oid = ANY ({oids}) AND c.relkind = 'r' AND c.relforcerowsecurity
UNION ALL
SELECT c.oid, 'replica identity', CASE c.relreplident WHEN 'f' THEN 'full' ELSE 'nothing' END,
       format('ALTER TABLE %s REPLICA IDENTITY %s', c.oid::regclass,
              CASE c.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END), ARRAY[]::text[]
  FROM pg_class c WHERE c.oid = ANY ({oids}) AND c.relkind = 'r' AND c.relreplident IN ('f', 'n')
"""
