from __future__ import annotations

from dynbench.reporting.blocks import Table
from dynbench.reporting.tables import NONE, without_empty_columns


def test_columns_in_which_no_row_holds_anything_go():
    rows = ((("0",), ("",), ("1",), (NONE,)), (("1",), ("",), (NONE,), (NONE,)))
    table = without_empty_columns(Table("t", (("a",), ("b",), ("c",), ("d",)), rows, numeric=(2, 3)))
    assert table.columns == (("a",), ("c",))
    assert table.rows == ((("0",), ("1",)), (("1",), (NONE,)))
    assert table.numeric == (1,)


def test_the_first_column_stays():
    assert without_empty_columns(Table("t", (("a",),), ((("",),),))).columns == (("a",),)
