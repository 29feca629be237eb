"""
What can be told of rows as raw bytes, written as Stack Exchange writes them.

Rows written in another way, and with other numbers, take the long way of the decoder.
"""

import re
from collections.abc import Mapping
from typing import Final

from ._tables import Table

__all__ = ["ON_POST", "POST", "VOTE", "WHOLE"]

_ID: Final = rb"([1-9][0-9]{0,17})"
POST: Final = re.compile(
    rb'row Id="%b" PostTypeId="([1-9][0-9]{0,8})"'
    rb'(?: AcceptedAnswerId="[0-9]{1,18}")?(?: ParentId="%b")?'
    rb" (?!AcceptedAnswerId|ParentId)" % (_ID, _ID)
)
ON_POST: Final[Mapping[Table, re.Pattern[bytes]]] = {
    "Comments": re.compile(rb'row Id="[1-9][0-9]{0,17}" PostId="%b" ' % _ID),
    "PostHistory": re.compile(
        rb'row Id="[1-9][0-9]{0,17}" PostHistoryTypeId="[0-9]{1,9}" PostId="%b" ' % _ID
    ),
    "PostLinks": re.compile(
        rb'row Id="[1-9][0-9]{0,17}" CreationDate="[^"]{0,40}" PostId="%b" ' % _ID
    ),
}
VOTE: Final = re.compile(
    rb'row Id="%b" PostId="%b" VoteTypeId="([1-9][0-9]{0,8})"'
    rb'(?: UserId="(-?[0-9]{1,18})")? CreationDate="([0-9]{4}-[0-9]{2}-[0-9]{2})'
    rb'T00:00:00\.000"(?: BountyAmount="([0-9]{1,18})")? ?/>[ \t\r\n]*' % (_ID, _ID)
)
#: A value that stands for itself, and one with the usual references.
_PLAIN: Final = rb'"[^"&\x00-\x1f\x80-\xff]*+"'
_USUAL: Final = (
    rb'"[^"&\x00-\x1f\x80-\xff]*+'
    rb'(?:&(?:lt|gt|amp|quot|#x0?[AD]);[^"&\x00-\x1f\x80-\xff]*+)*+"'
)
WHOLE: Final[Mapping[Table, re.Pattern[bytes]]] = {
    "Badges": re.compile(
        rb'row Id="%b" UserId="-?%b" Name=%b Date=%b(?: Class=%b)?(?: TagBased=%b)?'
        rb" ?/>[ \t\r\n]*" % (_ID, _ID, *[_PLAIN] * 4)
    ),
    "Users": re.compile(
        rb'row Id="(-?[1-9][0-9]{0,17})" Reputation=%b CreationDate=%b DisplayName=(%b)'
        rb"(?: (?!Id=|Reputation=|CreationDate=|DisplayName=)[A-Z][A-Za-z]*=%b)*+"
        rb" ?/>[ \t\r\n]*" % (_PLAIN, _PLAIN, _PLAIN, _USUAL)
    ),
}
