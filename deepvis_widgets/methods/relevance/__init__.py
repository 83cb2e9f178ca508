"""Layer-wise relevance propagation: rules, composites, and the replacements that send relevance back.

The signal that runs backwards *is* the relevance: every replacement has the value of the operation it stands for and
sends back, instead of a gradient, each input's share of the relevance that arrives. So the relevance of any layer is
read off where a gradient would be, also at activations of zero, where relevance written as activation × gradient is
lost (the flat, w² and zᴮ rules give relevance to such pixels).
"""
