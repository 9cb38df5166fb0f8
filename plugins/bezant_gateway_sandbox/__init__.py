"""A processor to rehearse with: declines, time-outs, pendings and lost answers on demand, by token."""
