"""
Writes what the pages have from the code: `python -m docs.make`, in the repository.

Figures are drawn anew where what they show has changed; that needs the extra `charts`.
"""
