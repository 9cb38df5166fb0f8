"""People and keys: who acts, what they may do, and how they prove who they are."""
