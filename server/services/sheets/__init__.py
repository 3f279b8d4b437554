"""Excel workbooks that people fill in: templates, lists that are exported, edited and imported again, and an office's
own tables. Lives here: what a workbook holds, how it is written, read and judged. May import the domain, the database
and the reports' room of office files; what loads records is `server.services.load`.
"""
