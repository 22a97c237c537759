"""Whether an address is found that somebody wrote as people write: beside addok, on the same questions, in one run.

Grounds are real bases of the mirror and a drawn département; questions come from a model of errors, by a seed. Nothing
of a question or an answer is committed: the page says shares and milliseconds, the failures lie in ``.make``.
"""
