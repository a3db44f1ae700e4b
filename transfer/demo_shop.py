"""A shop in one SQLite file, small but nasty: what naive copies break is all in it. The same rows at every build."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

SCHEMA = """\
CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY AUTOINCREMENT,
  name VARCHAR(60) COLLATE NOCASE NOT NULL,
  email TEXT CONSTRAINT customers_email UNIQUE,
  "größe" VARCHAR(4) DEFAULT 'M',
  note TEXT,
  regular BOOLEAN NOT NULL DEFAULT FALSE CHECK (regular IN (0, 1)),
  joined DATE NOT NULL DEFAULT CURRENT_DATE,
  CONSTRAINT customers_contact CHECK (email IS NOT NULL OR note IS NOT NULL)
);
CREATE TABLE categories (
  category_id INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES categories ON DELETE SET NULL,
  name TEXT NOT NULL
);
CREATE TABLE products (
  sku VARCHAR(12) NOT NULL PRIMARY KEY,
  category_id INTEGER NOT NULL REFERENCES categories (category_id),
  title TEXT NOT NULL DEFAULT 'it''s new',
  price DECIMAL(10,2) NOT NULL CONSTRAINT products_price CHECK (price >= 0),
  weight REAL,
  stock INTEGER NOT NULL DEFAULT (1 + 1),
  label TEXT GENERATED ALWAYS AS (sku || ': ' || title) STORED
);
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE ON UPDATE CASCADE,
  placed TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  status VARCHAR(8) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'paid', 'sent')),
  "select" TEXT
);
CREATE TABLE order_lines (
  order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,
  line_number INTEGER NOT NULL CHECK (line_number > 0),
  sku VARCHAR(12) NOT NULL REFERENCES products DEFERRABLE INITIALLY DEFERRED,
  quantity INTEGER NOT NULL,
  unit_price DECIMAL(10,2) NOT NULL,
  PRIMARY KEY (order_id, line_number)
) WITHOUT ROWID;
CREATE TABLE photos (
  sku VARCHAR(12) NOT NULL REFERENCES products,
  taken TIMESTAMPTZ NOT NULL,
  image BLOB NOT NULL
);
CREATE TABLE events (
  event_id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TIMESTAMP(6) NOT NULL,
  payload JSON,
  amount REAL
);
CREATE INDEX orders_waiting ON orders (customer_id, placed) WHERE status = 'new';
CREATE INDEX orders_latest ON orders (placed DESC);
CREATE INDEX customers_by_email ON customers (lower(email));
CREATE UNIQUE INDEX categories_name ON categories (name, parent_id);
CREATE INDEX lines_of_product ON order_lines (sku);
CREATE VIEW sales AS SELECT sku, sum(quantity) AS pieces FROM order_lines GROUP BY sku;
CREATE TRIGGER orders_stock AFTER UPDATE OF status ON orders WHEN new.status = 'sent'
BEGIN
  UPDATE products SET stock = stock - 1 WHERE sku IN (SELECT sku FROM order_lines WHERE order_id = new.order_id);
END;
"""
CUSTOMERS, PRODUCTS, ORDERS, EVENTS = 400, 120, 1_500, 900
NAMES = (
    *("Zoë Müller", "Ann O'Hara", 'Bo "the Saw" Berg', "李小龍", "Ольга Иванова"),
    *("نور", "Renée\u00a0Æsir", "Ke\u0301vin", "a", "😀 Smith"),
)
NOTES = (
    *(None, "", " ", "two\nlines", "tab\there", "back\\slash", "100 % 'sure'; -- DROP TABLE"),
    *("\r\n", "NULL", "\\N", 'a|b,c;"d"', "🏳️\u200d🌈 naïve"),
)
TITLES = ("Hammer", "Säge", '3½" nail', "螺絲", "Glue 🧴", "Tape, double-sided", "Schraube M4×20", "O'Neil's \"best\"")
CATEGORIES = ("Tools", "Saws", "Small saws", "Fasteners", "Nails", "Screws", "Glue", "Éclairage", "灯", "Misc", "?")
START = datetime(2021, 10, 30, 22, 0)
SAMPLE = """\
SELECT name, "größe", note, price, title, placed FROM customers JOIN orders USING (customer_id)
JOIN order_lines USING (order_id) JOIN products USING (sku) ORDER BY order_id, line_number LIMIT 8"""

Row = tuple[object, ...]


def build(path: Path) -> None:
    """Make the shop in a new file at `path`."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
        with connection:
            for table, rows in CONTENTS.items():
                for row in rows():
                    connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
            connection.execute("DELETE FROM events WHERE event_id > ?", (EVENTS - 7,))


def sample(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """The header and a few rows of the shop at `path`, or of a copy of it."""
    with closing(sqlite3.connect(path)) as connection:
        cursor = connection.execute(SAMPLE)
        return tuple(column[0] for column in cursor.description), cursor.fetchall()


def _customers() -> Iterator[Row]:
    for number in range(1, CUSTOMERS + 1):
        name, note = f"{NAMES[number % len(NAMES)]} {number}", NOTES[number % len(NOTES)]
        email = f"Customer.{number}@Example.org" if number % 9 or note is None else None
        joined = str(date(1999, 12, 31) + timedelta(days=number * 17))
        yield number * 3, name, email, ("S", "M", "XL", None, "")[number % 5], note, number % 4 == 0, joined


def _categories() -> Iterator[Row]:
    for number, name in enumerate(CATEGORIES, 1):
        yield number, number // 2 or None, name


def _sku(number: int) -> str:
    return f"{number:05d}-{'ABCDEFG'[number % 7]}"


def _price(number: int) -> str:
    """From 0.00 to what single precision does not hold."""
    return "99999999.99" if number == 13 else f"{number * 731 % 20_000 / 100:.2f}"


def _products() -> Iterator[Row]:
    for number in range(PRODUCTS):
        category, title = number % len(CATEGORIES) + 1, TITLES[number % len(TITLES)]
        weight = (None, 0.1 + 0.2, 1e-7, 12.5, 1 / 3)[number % 5]
        yield _sku(number), category, title, _price(number), weight, number * 37 % 1_000


def _orders() -> Iterator[Row]:
    """Every 23 minutes, through the night the clocks go back."""
    for number in range(1, ORDERS + 1):
        placed = str(START + timedelta(minutes=23 * number))
        yield number, (number * 7 % CUSTOMERS + 1) * 3, placed, ("new", "paid", "sent")[number % 3], NOTES[number % 11]


def _lines() -> Iterator[Row]:
    for order in range(1, ORDERS + 1):
        for line in range(1, order % 4 + 2):
            product = (order * 31 + line * 17) % PRODUCTS
            yield order, line, _sku(product), order * line % 9 + 1, _price(product)


def _photos() -> Iterator[Row]:
    for number in range(0, PRODUCTS, 3):
        image = bytes((number * 7 + at * 13) % 256 for at in range(number * 40))
        yield _sku(number), f"{START + timedelta(days=number)}Z", image


def _events() -> Iterator[Row]:
    """Microseconds around the epoch; JSON with escapes, big numbers and null; the least and a large double."""
    for number in range(1, EVENTS + 1):
        moment = datetime(1969, 12, 31, 23, 59, 59, 999_000) + timedelta(days=number * 21, microseconds=number * 137)
        payload = {"user": NAMES[number % len(NAMES)], "n": 2**53 + number, "note": NOTES[number % len(NOTES)]}
        escaped, plain = json.dumps(payload), json.dumps(payload, ensure_ascii=False)
        text = (escaped, plain, "null", None, "[1, 2.50, {}]")[number % 5]
        yield number, moment.isoformat(" ", "microseconds"), text, (1.1, -2.5, None, 1e300, 5e-324)[number % 5]


CONTENTS = {
    "customers": _customers,
    "categories": _categories,
    "products": _products,
    "orders": _orders,
    "order_lines": _lines,
    "photos": _photos,
    "events": _events,
}
