"""What may be written in declarations and configuration, as data; the JSON Schemas are made of it."""
