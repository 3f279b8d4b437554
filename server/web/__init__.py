"""Pages: what people see and click. The only place that knows Flask, beside `server.app` which puts it together.

Lives here: security, forms, fields, language, errors, help, the menu; `pages/<menu entry>.py`, one blueprint each.
May import services, domain, db and base. Must not: let one page import another, or write a record but by a command.
"""
