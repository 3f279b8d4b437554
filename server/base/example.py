"""What the example that people look at is called: its programme, its rooms, its day. Everything else of it is ordinary.

Its programme has an id of its own, unlike that of the folders which `valise demo` makes, so that nothing that was made
in the example can be taken for part of a programme.
"""

from __future__ import annotations

from collections.abc import Mapping

from server.base.i18n import mark
from server.base.ids import named_id

#: the name that stands for the programme in the example's files, and the one it has in the example that people look at
WRITTEN_NAME, OWN_NAME = "mmnds", "mmnds-looked-at"
#: the programme's id in the example that people look at
PROGRAMME = named_id("programme", OWN_NAME)
#: the data folders of the example, and as whom each lets one look
ROOMS: Mapping[str, str] = {"office": mark("a country office"), "hq": mark("headquarters")}
#: the time it is in the example when it is opened: soon after its dispatches were received
BEGINS = "2015-08-17T09:00:00Z"
