"""Microsoft Graph itself: paths, verbs, rules and answers."""
