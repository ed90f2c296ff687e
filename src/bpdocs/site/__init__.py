"""Build time only: the MkDocs plugin that turns pages into live pages. Nothing else imports this."""
