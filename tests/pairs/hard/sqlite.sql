-- Hard rows for the table of every type of SQLite, of the class that each declaration suggests.
INSERT INTO t (ti, u32, bl, r, d, dp, f, n2, de, mo, nv, tx, cl, ch, nch, bo, vb, notype, ts, tstz, ti2, js, uu, g, an, str, bitn, en, fk, coll, chk) VALUES
 (9223372036854775807, 4294967295, 1, 1.7976931348623157e308, 0.1 + 0.2, -0.0, 16777216, 99999999.99, 1234567890.0123, 0.01, 'it''s \N', 'quote '' " ` back\slash' || char(10, 13, 9) || '😀', 'NULL', 'pad  ', 'é', x'00ff27225c0a', x'0a', 1,
 '9999-12-31 23:59:59.999999', '2020-01-01 00:00:00.123456+02:00', '23:59:59.999999', '{"k" :  1.10, "k": "é😀"}', '12345678-9abc-4ef0-9234-56789abcdef0', 'POINT(1 2)', 'any', 's', '101', 'a', 1, 'É', 1),
 (-9223372036854775808, 0, 0, 5e-324, 1e22, 2.2250738585072014e-308, 0, -99999999.99, 0.0000000001, -922337203685477.5808, '', '', '', '', '', x'', x'', 2,
 '0001-01-01 00:00:00', '1969-12-31T23:59:59Z', '00:00:00', '[]', '00000000-0000-0000-0000-000000000000', '', '', '', '', '', NULL, '', 2),
 (0, 1, NULL, -1.5, 123456789.123456789, 0.0, 1.4e-45, 0, 0, 0, 'NULL', '\N', 'null', 'NULL', 'NULL', x'4e554c4c', x'4e', 3,
 '1970-01-01 00:00:00.5', '2001-09-09 01:46:40+00:00', '12:30', 'null', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 1, 'NULL', 2147483648);
INSERT INTO wr VALUES ('a', 1), ('A', 1), ('a ', 1), ('', -1);
INSERT INTO st VALUES (1, 'x', 'é', 9223372036854775807, 0.1, x'00'), (2, 'y', '', -1, -0.0, x'');
INSERT INTO nopk VALUES (NULL), ('x'), ('x');
