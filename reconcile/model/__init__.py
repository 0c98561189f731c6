"""The nouns: contact, grant, tag, state, declaration, operation, change, plan. Frozen, without I/O."""
