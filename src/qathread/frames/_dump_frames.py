"""Arrow tables as frames of the types that our tables have."""

from typing import TYPE_CHECKING

import pyarrow as pa

from ._schema import Schema

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["pandas_frame", "polars_frame"]


def polars_frame(table: "pa.Table", schema: Schema) -> "pl.DataFrame":
    """Return an Arrow table as a Polars frame."""
    from ._polars import types

    wanted = types(schema)  # which says so if Polars is missing
    import polars as pl

    return pl.DataFrame(table, schema=wanted)


def pandas_frame(table: "pa.Table", schema: Schema) -> "pd.DataFrame":
    """Return an Arrow table as a pandas frame."""
    from ._pandas import types

    wanted = types(schema)  # which says so if pandas is missing
    import pandas as pd

    dtypes = {
        each.type: pd.api.types.pandas_dtype(wanted[each.name])
        for each in table.schema
        if not (pa.types.is_list(each.type) or pa.types.is_timestamp(each.type))
    }
    frame = table.to_pandas(types_mapper=dtypes.get)
    for each in table.schema:
        if pa.types.is_list(each.type):
            frame[each.name] = [
                None if cell is None else tuple(cell) for cell in frame[each.name]
            ]
    return frame
