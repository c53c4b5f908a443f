"""Pages of other rooms: the frame, the cells and the publishing that reports have."""

from crmlab.reports._html import cells_html, page
from crmlab.reports._publish import destination_folder, publish, staging

__all__ = ["cells_html", "destination_folder", "page", "publish", "staging"]
