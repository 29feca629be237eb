"""Names of ActivityStreams 2.0, and the few that are ours."""

from typing import Final

__all__ = [
    "ACCEPTED",
    "ACTIVITIES",
    "ACTORS",
    "ADDRESSES",
    "COLLECTIONS",
    "KIND",
    "LINKS",
    "NAMESPACE",
    "OURS",
    "OUR_TERMS",
    "PLACES",
    "PLATFORM",
    "POSTS",
    "THREAD",
    "TOMBSTONE",
]

PLATFORM: Final = "activitystreams"
NAMESPACE: Final = "https://www.w3.org/ns/activitystreams"
#: The vocabulary as documents name it: with and without ``s`` and ``#``.
ADDRESSES: Final = frozenset(
    scheme + "://www.w3.org/ns/activitystreams" + end
    for scheme in ("https", "http")
    for end in ("", "#")
)
#: The namespace of our own terms; it only has to be different from all others.
OURS: Final = "https://qathread.invalid/ns#"
#: What the words of a collection do not tell of its thread.
THREAD: Final = "qathreadThread"
#: Whether a reply is an answer.
KIND: Final = "qathreadKind"
#: The accepted answer, which ActivityStreams has no word for.
ACCEPTED: Final = "schema:acceptedAnswer"

#: What declares these terms in a context.
OUR_TERMS: Final[dict[str, object]] = {
    "schema": "http://schema.org/",
    "schema:acceptedAnswer": {"@type": "@id"},
    "EmojiReact": "http://litepub.social/ns#EmojiReact",
    "Hashtag": "as:Hashtag",
    "Lock": "https://join-lemmy.org/ns#Lock",
    KIND: {"@id": f"{OURS}kind"},
    THREAD: {"@id": f"{OURS}thread", "@type": "@json"},
}

TOMBSTONE: Final = "Tombstone"
#: What can open a thread or reply in one.
POSTS: Final = frozenset(
    {
        "Article",
        "Audio",
        "ChatMessage",
        "Document",
        "Event",
        "Image",
        "Note",
        "Page",
        "Question",
        "Video",
    }
)
COLLECTIONS: Final = frozenset(
    {"Collection", "CollectionPage", "OrderedCollection", "OrderedCollectionPage"}
)
ACTORS: Final = frozenset({"Application", "Group", "Organization", "Person", "Service"})
LINKS: Final = frozenset({"Hashtag", "Link", "Mention"})
#: Objects of the vocabulary that are neither posts nor people.
PLACES: Final = frozenset({"Object", "Place", "Profile", "Relationship"})
ACTIVITIES: Final = frozenset(
    {
        "Accept",
        "Activity",
        "Add",
        "Announce",
        "Arrive",
        "Block",
        "Create",
        "Delete",
        "Dislike",
        "EmojiReact",
        "Flag",
        "Follow",
        "Ignore",
        "IntransitiveActivity",
        "Invite",
        "Join",
        "Leave",
        "Like",
        "Listen",
        "Lock",
        "Move",
        "Offer",
        "Read",
        "Reject",
        "Remove",
        "Resolve",
        "TentativeAccept",
        "TentativeReject",
        "Travel",
        "Undo",
        "Update",
        "View",
        "Warn",
    }
)
