"""Pure rules of payments: what may follow what, what an answer means, when to ask again, what is booked."""
