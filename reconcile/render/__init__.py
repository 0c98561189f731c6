"""Documents in their formats: text, Markdown, HTML and what CI systems read. Pure: it returns strings."""
