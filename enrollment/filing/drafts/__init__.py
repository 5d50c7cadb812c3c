"""Children and drafts: what is typed and saved before it is submitted."""
