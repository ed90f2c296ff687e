"""Build time only: the MkDocs plugin that makes pages live. Nothing else imports this."""
