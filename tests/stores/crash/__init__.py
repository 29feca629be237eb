"""
Programs that die while they save, and what must be in the store afterwards.

- `actions`: what writers do, each action under an op id, each one event;
- `logs`: what writers tried and what was acknowledged, beside the store;
- `oracle`: what must hold between such a log and a store;
- `nursery`: processes by the dozen, forked from one that has imported everything;
- `opening`: stores by name, in whatever process they are wanted;
- `writers`: the processes that are killed;
- `recording`, `disk`: what SQLite asks of its files, and what a power loss leaves;
- `planted`: stores that break a promise, to see the oracle tell.
"""
