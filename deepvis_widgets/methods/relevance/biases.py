"""What becomes of the relevance that biases contributed to: the three answers, as LRP's users know them.

| | a bias | in zennit | in the denominator |
|---|---|---|---|
| kept | takes the share that it contributed, and the pixels get the rest (Bach et al. 2015) | the default | z |
| left out | has no part in it: inputs get all, in proportion to what they contributed | `zero_params="bias"` | z − b |
| shared | gives its share to the inputs alike, whatever they contributed (Arras et al. 2017) | | z |

Giving the share to the inputs in proportion to what they contributed is the same as leaving the bias out.
"""

from __future__ import annotations

KEPT, LEFT_OUT, SHARED = "kept", "left out", "shared"
BIASES = (KEPT, LEFT_OUT, SHARED)
