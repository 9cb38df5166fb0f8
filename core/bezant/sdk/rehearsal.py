"""For demonstrations and simulations: an installation whose business time is put somewhere and moves on from there."""

from bezant.installation import prepare_to_serve
from bezant.jobs.work import drain
from bezant.rehearsal import serve, sign_in_address
from bezant.stored import prefer_setting
from bezant.travel import rehearse_from, skip_to

__all__ = ["drain", "prefer_setting", "prepare_to_serve", "rehearse_from", "serve", "sign_in_address", "skip_to"]
