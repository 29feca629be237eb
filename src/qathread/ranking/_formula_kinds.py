"""Names for signatures: the type for readers, the kind of value for the engines."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from attrs import evolve

from ._inputs import FIRST, HUGE, LARGEST, LAST, Kind

COUNT: Final = Kind(
    name="count", words="a whole count, 0 or up", low=0, high=LARGEST, whole=True
)
_WHOLE: Final = Kind(
    name="whole", words="a whole number", low=-LARGEST, high=LARGEST, whole=True
)
_NUMBER: Final = Kind(name="number", words="a finite number, at most 1e100 in size")
_POSITIVE: Final = Kind(name="positive", words="a finite number above 0", low=1 / HUGE)
_TIME: Final = Kind(
    name="time", words="Unix seconds or an aware datetime", low=FIRST, high=LAST
)


# Names for signatures: the type for checkers and readers, the kind for the engines.
Count = Annotated[int, COUNT]
Whole = Annotated[int, _WHOLE]
Number = Annotated[float, _NUMBER]
Positive = Annotated[float, _POSITIVE]
Time = Annotated[float | datetime, _TIME]
Flag = Annotated[bool, Kind(name="flag", words="True or False", low=0, high=1)]
Age = Annotated[
    float, Kind(name="age", words="a number from 0 up, at most 1e100", low=0)
]
Span = Annotated[
    float,
    Kind(
        name="span", words="a finite number, at most 1e15 in size", low=-1e15, high=1e15
    ),
]
Rank = Annotated[
    int, Kind(name="rank", words="a whole number, 1 to 50", low=1, high=50, whole=True)
]
ItemType = Annotated[
    Literal["story", "poll", "comment", "pollopt"],
    Kind(
        name="text",
        words="'story', 'poll', 'comment' or 'pollopt'",
        options=("story", "poll", "comment", "pollopt"),
    ),
]
Part = Annotated[float, Kind(name="part", words="a number from 0 to 1", low=0, high=1)]
Labels = Annotated[
    Mapping[str, float], Kind(name="mapping", words="a mapping of label to weight")
]
# The same for all items of a listing, so one value for a whole column.
Setting = Annotated[float, evolve(_NUMBER, constant=True)]
PositiveSetting = Annotated[float, evolve(_POSITIVE, constant=True)]
PartSetting = Annotated[
    float,
    Kind(name="part", words="a number from 0 to 1", low=0, high=1, constant=True),
]
Now = Annotated[float | datetime, evolve(_TIME, constant=True)]
Weight = Annotated[
    float,
    Kind(name="weight", words="a number, 0 to 1e100", low=0, constant=True),
]
Gravity = Annotated[
    float,
    Kind(name="gravity", words="a number, 0 to 10", low=0, high=10, constant=True),
]
Share = Annotated[
    float,
    Kind(
        name="share",
        words="a number between 0 and 1, both excluded",
        low=5e-324,
        high=1 - 2**-53,
        constant=True,
    ),
]
