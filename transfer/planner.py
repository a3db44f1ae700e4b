"""Makes the plan: reflect, probe, settle every column, fit every key. All decisions fall here, none later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from dialects.base import Session
from mappings import types as t
from mappings.errors import Blocked
from mappings.forms import FORMS, Form, formed
from mappings.hazards import Finding
from mappings.limits import Limits
from mappings.names import Renamed, folded_table, table_names
from mappings.schema import Column, NotCarried, Schema, Table, TableName, View
from mappings.type_mapper import Note, Settled, Spelling, Step, Use, read_as_text, settle
from transfer.chunk_keys import chunk_key
from transfer.collisions import collisions
from transfer.config import Allowance, Consent, Options, consent
from transfer.examiner import examined
from transfer.existing import adopt
from transfer.fitting import TableFitter
from transfer.index_rows import EntryMeasure
from transfer.naming import NameCheck, refuse_unmeant, renamed_in
from transfer.plan import ChunkKey, ColumnPlan, Plan, TablePlan
from transfer.preflight import Place, probe, tied_forms
from transfer.reflector import left_out, reflect
from transfer.replacing import hanging
from transfer.trial import restated


def make_plan(
    source: Session, target: Session, options: Options, *, there: Callable[[TableName], bool] = lambda _: True
) -> Plan:
    """The whole plan. Reads both sides, writes nothing; blocks are in the plan, not raised. `there` says of a table of
    the target whether it is to count, or the plan is made as if it were not there."""
    picked = reflect(source, options.selection)
    schema = picked.schema
    known = probe(source, schema.tables, target.dialect.limits)
    refuse_unmeant(options.naming, schema)
    names = table_names(
        (table.name for table in schema.tables),
        naming=options.naming,
        source_default=schema.default_schema,
        target_default=target.default_schema,
        limits=target.dialect.limits,
    )
    present = tuple(table for table in target.reflect(_schemas(names)).tables if there(table.name))
    kept, replaced = _parted(present, names, options, target.dialect.limits)
    planner = Planner(schema, source, target, options, known, names, kept, replaced)
    planned = [planner.table(table) for table in in_foreign_key_order(schema.tables)]
    tables = tuple(table for table in planned if table is not None)
    hung = hanging(target, tables, present, repoint=options.repoint_foreign_keys)
    return Plan(
        source=schema.version,
        target=target.dialect.label,
        limits=target.dialect.limits,
        tables=tables,
        notes=(*planner.notes, *hung.notes),
        not_carried=schema.not_carried
        + left_out(picked.missing_parents)
        + tuple(planner.not_carried)
        + hung.not_carried,
        blocks=(*planner.blocks, *hung.blocks),
        options=options,
        opening=target.dialect.opening,
        views=_views(schema, target, options),
        default_schema=schema.default_schema,
        findings=tuple(planner.findings),
        names=(*(each for table in tables for each in renamed_in(table)), *planner.renamed),
    )


def _parted(
    present: tuple[Table, ...], names: Mapping[TableName, TableName], options: Options, limits: Limits
) -> tuple[tuple[Table, ...], frozenset[TableName]]:
    """The tables of the target that count for the plan, and the folded names of those that it is to replace."""
    if options.if_exists != "replace":
        return present, frozenset()
    wanted = {folded_table(name, limits) for name in names.values()}
    replaced = frozenset(name for table in present if (name := folded_table(table.name, limits)) in wanted)
    return tuple(table for table in present if folded_table(table.name, limits) not in replaced), replaced


def _views(schema: Schema, target: Session, options: Options) -> tuple[tuple[View, TableName], ...]:
    if options.views == "list" or not options.schema:
        return ()
    names = table_names(
        (view.name for view in schema.views),
        naming=options.naming,
        source_default=schema.default_schema,
        target_default=target.default_schema,
        limits=target.dialect.limits,
    )
    return tuple((view, names[view.name]) for view in schema.views)


def in_foreign_key_order(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Parents before children; of tables in a circle the first one where nothing else is left."""
    waiting = list(tables)
    ordered: list[Table] = []
    while waiting:
        names = {table.name for table in waiting}
        ready = [table for table in waiting if not (_parents(table) & names)] or [_in_circle(waiting)]
        ordered += ready
        waiting = [table for table in waiting if table not in ready]
    return tuple(ordered)


def _in_circle(tables: list[Table]) -> Table:
    """The first table that is an ancestor of each of its own ancestors: those that only hang on a circle come after."""
    ancestors = {table.name: _parents(table) for table in tables}
    known: dict[TableName, set[TableName]] = {}
    while ancestors != known:
        known = ancestors
        ancestors = {
            name: found.union(*(known[parent] for parent in found if parent in known)) for name, found in known.items()
        }
    return next(
        table
        for table in tables
        if all(table.name in ancestors[name] for name in ancestors[table.name] & ancestors.keys())
    )


def _parents(table: Table) -> set[TableName]:
    return {key.target for key in table.foreign_keys} - {table.name}


class Planner:
    """Plans the tables of one source schema for one target, collecting what the reader must know."""

    def __init__(
        self,
        schema: Schema,
        source: Session,
        target: Session,
        options: Options,
        known: Mapping[Place, Use],
        names: Mapping[TableName, TableName],
        there: tuple[Table, ...],
        replaced: frozenset[TableName],
    ) -> None:
        self._schema = schema
        self._source = source
        self._target = target
        self._dialect = target.dialect
        self._options = options
        self._known = known
        self._names = names
        self._replaced = replaced
        self._there = {folded_table(table.name, target.dialect.limits): table for table in there}
        chosen = {
            (table.name, column.name): consent(options.allowances, table.name, column).form
            for table in schema.tables
            for column in table.columns
        }
        self._forms = tied_forms(chosen, schema.tables)
        self._fitter = TableFitter(schema, target.dialect, names, self._forms, options.naming, there)
        self.notes: list[Note] = []
        self.blocks = list(NameCheck(schema, options.naming, names, target.dialect).blocks())
        self._misnamed = frozenset(block.where for block in self.blocks)
        self.findings: list[tuple[str, Finding]] = []

    @property
    def not_carried(self) -> list[NotCarried]:
        return self._fitter.not_carried

    @property
    def renamed(self) -> list[Renamed]:
        """Indexes and constraints that are called otherwise on the target."""
        return self._fitter.renamed

    def table(self, source: Table) -> TablePlan | None:
        """The plan of one table: adopted when the target has it, otherwise created from the source. None, and a
        block, where the target cannot have such a table at all."""
        name = self._names[source.name]
        if name.name != self._options.naming.table(source.name):
            self.notes.append(Note("S", str(source.name), f"becomes the table {name}"))
        existing = self._there.get(folded_table(name, self._dialect.limits))
        if existing is not None:
            return self._adopted(source, existing)
        if not self._options.schema:
            self.blocks.append(Note("F", str(name), "the target has no such table", f"--exclude '{source.name}'"))
        settled = [self._column(source, column) for column in source.columns]
        columns = self._examined(source, tuple(column for column, _ in settled))
        if self._misnamed & {str(source.name), *(f"{source.name}.{column.name}" for column in source.columns)}:
            return None
        try:
            target, notes = self._fitter.fit(source, [column.write for column in columns], [s for _, s in settled])
        except Blocked as block:
            self.blocks.append(Note("F", str(source.name), block.message, f"--exclude '{source.name}'"))
            return None
        self.notes += notes
        plans = tuple(replace(column, write=fitted) for column, fitted in zip(columns, target.columns, strict=True))
        target = self._with_short_entries(source, target, plans, there=False)
        self._refuse_collisions(source, target, plans)
        return self._statements(source, target, plans)

    def _examined(
        self, source: Table, columns: tuple[ColumnPlan, ...], *, adopted: bool = False
    ) -> tuple[ColumnPlan, ...]:
        """The columns as the source's rows allow them; nothing is asked where no row will be copied."""
        if not self._options.rows:
            return columns
        blocked = {block.where for block in self.blocks}
        sound = tuple(column for column in columns if f"{source.name}.{column.read.name}" not in blocked)
        found = examined(self._source, source, sound, self._dialect.limits, self._options, adopted=adopted)
        self.notes += found.notes
        self.blocks += found.blocks
        self.findings += [(str(source.name), finding) for finding in found.findings]
        as_found = {column.read.name: column for column in found.columns}
        return tuple(as_found.get(column.read.name, column) for column in columns)

    def _with_short_entries(
        self, source: Table, target: Table, columns: tuple[ColumnPlan, ...], *, there: bool
    ) -> Table:
        """The table without the indexes that its rows would not fit into. What a source of the same limit has in an
        index of its own fits."""
        longest = self._dialect.limits.entry_octets
        same = not there and longest == self._source.dialect.limits.entry_octets
        if longest is None or same or not self._options.rows:
            return target
        pointing = [key for table in self._schema.tables for key in table.foreign_keys]
        measure = EntryMeasure(self._source, source, target, columns, longest, pointing=pointing, there=there)
        found = measure.shortened(probe=self._options.probe)
        self.notes += found.notes
        self.blocks += found.blocks
        self._fitter.not_carried += found.not_carried
        return found.target

    def _refuse_collisions(self, source: Table, target: Table, columns: tuple[ColumnPlan, ...]) -> None:
        """Rows that only the target's keys take for equal. Not asked of a table that is blocked already."""
        blocked = any(block.where.startswith(f"{source.name}.") for block in self.blocks)
        if self._options.rows and self._options.probe and not blocked:
            self.blocks += collisions(self._source, self._target, source, target, columns)

    def _statements(self, source: Table, target: Table, columns: tuple[ColumnPlan, ...]) -> TablePlan:
        bare = TablePlan(source=source, target=target, columns=columns, chunk_key=self._chunk_key(source, columns))
        bare = replace(bare, replaces=folded_table(target.name, self._dialect.limits) in self._replaced)
        stated = restated(self._dialect, bare, target)
        return stated if self._options.schema else replace(bare, finish=stated.finish)

    def _column(self, table: Table, column: Column) -> tuple[ColumnPlan, Spelling]:
        place = f"{table.name}.{column.name}"
        use = self._known[table.name, column.name]
        given = self._consent(table, column)
        try:
            settled = self._settled(column, use, given.form)
        except Blocked as block:
            self.blocks.append(Note("F", place, block.message, self._way_out(table, column, use)))
            settled = Settled(t.Text(), Spelling("text", t.Text()), ())
        self._tell(place, settled)
        if settled.spelling.native != column.native:
            self.notes += [Note("S", place, told) for told in self._source.dialect.unsaid(column)]
        read = replace(column, type=settled.read_as)
        write = replace(column, type=settled.spelling.stored, native=settled.spelling.native)
        return ColumnPlan(read, write, given.rule), settled.spelling

    def _way_out(self, table: Table, column: Column, use: Use) -> str:
        """The option that ends a block: text where the column can be text, otherwise a copy without the table."""
        try:
            self._settled(column, use, "text")
        except Blocked:
            return f"--exclude '{table.name}'"
        return f"--allow-loss '{table.name}.{column.name}=text'"

    def _settled(self, column: Column, use: Use, form: Form | None) -> Settled:
        if use.facts.nulls_in_key and self._schema.family != self._dialect.family:
            raise Blocked(use.facts.problem)
        if form is not None:
            return self._formed(column, use, form)
        if self._schema.family == self._dialect.family:
            dynamic = isinstance(column.type, t.Dynamic)
            observed = use.facts.observed if dynamic else None
            kept = self._dialect.keep(replace(column, type=observed or column.type))
            if kept is not None:
                return Settled(kept.stored if dynamic else column.type, kept, ())
        return settle(column.type, use, self._dialect)

    def _formed(self, column: Column, use: Use, form: Form) -> Settled:
        """The form that the user chose. Text is what the source itself prints; other forms are made of its values."""
        dynamic = isinstance(column.type, t.Dynamic)
        own = (use.facts.observed or t.Text()) if dynamic else column.type
        wanted = formed(own, form)
        settled = settle(wanted, use, self._dialect)
        bytes_too = ": bytes as X'00ff'" if dynamic and form == "text" else ""
        step = Step(wanted, "O", f"{FORMS[form]}, as allowed{bytes_too}", at_source=True)
        read_as = read_as_text(column.type) if form == "text" else own
        return replace(settled, read_as=read_as, steps=(step, *settled.steps))

    def _tell(self, place: str, settled: Settled) -> None:
        self.notes += [Note(step.code, place, step.message) for step in settled.steps]
        spelling = settled.spelling
        if spelling.message:
            self.notes.append(Note(spelling.code, place, spelling.message))

    def _consent(self, table: Table, column: Column) -> Consent:
        given = consent(self._options.allowances, table.name, column)
        return replace(given, form=self._forms.get((table.name, column.name)))

    def _adopted(self, source: Table, existing: Table) -> TablePlan:
        consents = {column.name: self._consent(source, column) for column in source.columns}
        adopted = adopt(source, existing, self._known, self._dialect, consents, self._options.naming)
        self.notes += adopted.notes
        self.blocks += adopted.blocks
        if self._options.rows and self._options.if_exists != "append" and self._target.count(existing.name):
            message = "the target table is there and holds rows"
            self.blocks.append(Note("F", str(existing.name), message, "--if-exists append"))
        finish = [self._dialect.continue_identity(existing, column) for column in existing.columns if column.identity]
        columns = self._examined(source, adopted.columns, adopted=True)
        self._with_short_entries(source, existing, columns, there=True)
        self._refuse_collisions(source, existing, columns)
        return TablePlan(
            source=source,
            target=existing,
            columns=columns,
            chunk_key=self._chunk_key(source, columns),
            exists=True,
            finish=tuple(text for text in finish if text),
        )

    def _chunk_key(self, source: Table, columns: tuple[ColumnPlan, ...]) -> ChunkKey:
        return chunk_key(source, columns, self._source.dialect, self._dialect)


def _schemas(names: Mapping[TableName, TableName]) -> tuple[str, ...]:
    return tuple(sorted({name.schema for name in names.values()} - {""}))


def unused_allowances(plan: Plan, allowances: tuple[Allowance, ...]) -> tuple[Allowance, ...]:
    """The allowances that cover no column of the plan: a typing mistake would otherwise go unseen."""
    places = [(table.source.name, column) for table in plan.tables for column in table.source.columns]
    return tuple(given for given in allowances if not any(given.covers(table, column) for table, column in places))
