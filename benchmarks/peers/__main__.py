"""The command; see the package."""

import json
import sys

from .ask import ANSWERS, ask_peers
from .page import PAGE, write_page

if "--page" not in sys.argv[1:]:
    text = json.dumps(ask_peers(), indent=1, ensure_ascii=False)
    ANSWERS.write_text(text + "\n", encoding="utf-8")
PAGE.write_text(write_page(), encoding="utf-8")
print(f"{PAGE} is written")
