"""Paper: page frame, styles, fonts and scripts, tables, charts, one module per kind of document, and the carrier.

Lives here: everything that becomes a page. May import `server.domain`, `server.db` and `server.base`; must not import
`server.sync`. The only place that knows ReportLab.
"""
