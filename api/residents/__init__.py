"""The residents' pages: server-rendered HTML, one module per page; they use the same two verbs as the JSON routes."""
