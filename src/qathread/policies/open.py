"""The policy of no forum in particular: what makes sense is allowed."""

from ..policy import KindPosting, Lengths, Policy, Posting

__all__ = ["OPEN"]

#: Refuses only what makes no sense (unknown ids, a change to a deleted post) and
#: texts past generous lengths. Anyone votes, also for themselves, edits, closes
#: and accepts; accepting another answer replaces the first. Nothing is paid and
#: nothing is counted. The lengths are ours: title 300, name 64, tag 64, 64 tags,
#: comment 10,000, body 262,144 code points.
OPEN = Policy(
    name="open",
    posting=Posting(
        question=KindPosting(body=Lengths(most=262_144)),
        answer=KindPosting(body=Lengths(least=1, most=262_144)),
        comment=KindPosting(body=Lengths(least=1, most=10_000)),
        title=Lengths(most=300),
        tag=Lengths(least=1, most=64),
        tags=Lengths(most=64),
        name=Lengths(most=64),
    ),
)
