# SPDX-License-Identifier: Apache-2.0
"""What names an entity: an id, an id with its generation, or the handle of one that is born in this tick."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Union

import numpy as np

from .errors import InvalidUseError
from .values import U64, Array, array_of, check_complete, is_one

if TYPE_CHECKING:
    from .world import World

_IDS = 1 << 32


class TickLife(Protocol):
    """What a handle needs to know of its tick."""

    number: int

    @property
    def world(self) -> "World":
        """The world before the tick."""
        ...

    def _check_committed(self, table: str) -> None:
        """Raises InvalidUseError unless the tick has ended well."""


class EntityRef(NamedTuple):
    """An id with the generation it is meant in; refused where that one does not live any more."""

    id: int
    gen: int


@dataclass(eq=False)
class Births:
    """The rows of one insertion into a table. `numbers` are their ids, once the tick's rows are made."""

    tick: TickLife
    table: str
    count: int
    system: int = 0
    cause: "Union[int, Array]" = 0
    bits: "dict[str, Union[int, U64]]" = field(default_factory=dict)
    words: "dict[str, Union[str, Array]]" = field(default_factory=dict)
    newborns: "dict[str, dict[int, Born]]" = field(default_factory=dict)
    """Of id columns: which of the rows refer to a newborn."""
    parent: "Ids | None" = None
    given: "Ids | None" = None
    numbers: "Array | None" = None


class Born:
    """The handle of a row that is born in a tick.

    In that tick it stands wherever an id may stand. `id` is known when the tick has ended; before, and if the tick was
    given up, asking for it raises InvalidUseError.
    """

    __slots__ = ("_births", "_index")

    def __init__(self, births: Births, index: int) -> None:
        self._births, self._index = births, index

    @property
    def table(self) -> str:
        """The table it is born in."""
        return self._births.table

    @property
    def id(self) -> int:
        """Its id, an int; for tables of rows that are only added, its ordinal."""
        return int(_numbers(self._births)[self._index])

    def __repr__(self) -> str:
        return f"<newborn of {self.table} in tick {self._births.tick.number}>"


class BornRows(Sequence[Born]):
    """The handles of rows that were inserted together: `handles[3]` is one, `ids` are their numbers after the tick."""

    __slots__ = ("_births",)

    def __init__(self, births: Births) -> None:
        self._births = births

    @property
    def table(self) -> str:
        """The table they are born in."""
        return self._births.table

    @property
    def ids(self) -> Array:
        """Their ids as a read-only u32 array of shape (n,), in the order given; after the tick, as `Born.id`."""
        return _numbers(self._births)

    def __len__(self) -> int:
        return self._births.count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [Born(self._births, i) for i in range(*index.indices(len(self)))]
        i = operator.index(index)
        if not -len(self) <= i < len(self):
            raise IndexError(f"{i} of {len(self)} newborns")
        return Born(self._births, i % len(self))

    def __iter__(self) -> Iterator[Born]:
        return (Born(self._births, i) for i in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} newborns of {self.table} in tick {self._births.tick.number}>"


def _numbers(births: Births) -> Array:
    births.tick._check_committed(births.table)
    return np.empty(0, "<u4") if births.numbers is None else births.numbers  # None: of no rows


@dataclass
class Ids:
    """Ids as a call was given them; shape (n,).

    numbers: u32, 0 for newborns; newborns: by place; single: whether one id was given, no sequence.
    """

    numbers: Array
    newborns: dict[int, Born] = field(default_factory=dict)
    single: bool = False

    def __len__(self) -> int:
        return len(self.numbers)

    def known(self) -> Array:
        """Places of those that are no newborns."""
        places = np.arange(len(self.numbers))
        return np.delete(places, list(self.newborns)) if self.newborns else places

    def resolved(self) -> Array:
        """All ids, once newborns have their numbers."""
        return resolve(self.numbers, self.newborns)


def resolve(numbers: Array, newborns: dict[int, Born]) -> Array:
    """The numbers with those of newborns filled in."""
    if not newborns:
        return numbers
    out = numbers.copy()
    for place, born in newborns.items():
        assert born._births.numbers is not None
        out[place] = born._births.numbers[born._index]
    return out


def ids_of(given: Any, tick: "TickLife | None", table: "str | None", what: str) -> Ids:
    """Reads one id or several.

    tick, table: those whose newborns and lives are taken; None: no newborns, or those of any table, and no EntityRef, as
    nothing says whose life it means. what: what is to be done, for messages. Raises InvalidUseError for everything that is
    no id: strings, floats, bools, numbers beyond u32, masked arrays, newborns of another tick or table, lives that ended.
    """
    kind = type(given)
    if kind is int and 0 <= given < _IDS:
        return Ids(np.array([given], "<u4"), single=True)
    check_complete(given, what)
    if isinstance(given, (EntityRef, Born)) or not isinstance(given, (np.ndarray, Sequence, range)) and is_one(given):
        return _several([given], tick, table, what, single=True)
    if isinstance(given, BornRows):
        return _several(list(given), tick, table, what)
    if isinstance(given, (str, bytes)):
        raise _no_id(given, what)
    array = given if isinstance(given, np.ndarray) else None
    if array is None and not isinstance(given, (list, tuple, range)):
        array = array_of(given, what)
    if array is not None and array.ndim == 0:
        return _several([array[()]], tick, table, what, single=True)
    if array is None or array.dtype == object:
        return _several(list(given), tick, table, what)
    if array.ndim != 1 or array.dtype.kind not in "iu" and len(array):
        raise InvalidUseError(f"Cannot {what}: ids are integers in one dimension, got dtype {array.dtype}, shape "
                              f"{array.shape}.")
    if len(array) and (int(array.min()) < 0 or int(array.max()) >= _IDS):
        raise _no_id(int(array.min()) if int(array.min()) < 0 else int(array.max()), what)
    return Ids(array.astype("<u4"))


def _several(given: "list[Any]", tick: "TickLife | None", table: "str | None", what: str, single: bool = False) -> Ids:
    ids = Ids(np.zeros(len(given), "<u4"), single=single)
    numbers = []
    for place, one in enumerate(given):
        if isinstance(one, Born):
            _check_newborn(one, tick, table, what)
            ids.newborns[place] = one
            numbers.append(0)
            continue
        if isinstance(one, EntityRef):
            _check_life(one, tick, table, what)
            one = one.id
        numbers.append(index_of(one, what))
    ids.numbers[:] = numbers
    return ids


def index_of(value: Any, what: str) -> int:
    """A u32 number; InvalidUseError for anything but an integer."""
    if isinstance(value, (bool, np.bool_)):
        raise _no_id(value, what)
    try:
        number = operator.index(value)
    except TypeError:
        raise _no_id(value, what) from None
    if not 0 <= number < _IDS:
        raise _no_id(value, what)
    return number


def _no_id(value: Any, what: str) -> InvalidUseError:
    return InvalidUseError(f"Cannot {what}: {value!r} is not an id; expected an integer from 0 to {_IDS - 1}, or the handle of "
                           "a newborn of this tick.")


def _check_newborn(born: Born, tick: "TickLife | None", table: "str | None", what: str) -> None:
    births = born._births
    if tick is None:
        raise InvalidUseError(f"Cannot {what}: no newborn is taken here; it has no id before the tick ends.")
    if births.tick is not tick:
        raise InvalidUseError(f"Cannot {what}: the handle belongs to tick {births.tick.number}, this is tick "
                              f"{tick.number}. Use its id instead: `handle.id`, once its tick has ended.")
    if table is not None and births.table not in (table, tick.world.schema.table(table).of):
        raise InvalidUseError(f"Cannot {what}: the handle is a newborn of {births.table}, expected one of {table}.")


def _check_life(ref: EntityRef, tick: "TickLife | None", table: "str | None", what: str) -> None:
    """Refuses an EntityRef whose id lives in another generation, or in none."""
    number, gen = index_of(ref.id, what), index_of(ref.gen, what)
    if tick is None or table is None:
        raise InvalidUseError(f"Cannot {what}: {ref!r} means one life of an id, and the schema does not say of which table; "
                              "give its id alone, or say `table` in the schema where the values are declared.")
    lives = tick.world.tables[tick.world.schema.table(table).of or table]
    slot = int(lives.slots(np.array([number], "<u4"))[0])
    found = int(lives._columns["gen"][slot]) if lives.schema.gen else 0
    if found != gen:
        raise InvalidUseError(f"Cannot {what}: {number} of generation {gen} does not live in {lives.schema.name}; the id "
                              f"lives in generation {found}.")
