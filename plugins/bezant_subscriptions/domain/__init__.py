"""The pure rules of subscriptions: facts → timeline → pieces → what is due → the difference from what is covered."""
