"""What other packages answer to small valid inputs: the questions, and what writes docs/peers.md.

python -m benchmarks.peers          # ask the peers again, in environments made for it; ten minutes
python -m benchmarks.peers --page   # only write the page anew, from the answers that are kept

The peers' answers are kept in `answers.json`; crmlab's are computed from this checkout each time.
"""
