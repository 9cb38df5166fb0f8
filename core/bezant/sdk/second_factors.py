"""Second factors at sign-in: implement ``SecondFactorMethod`` and return it from ``bezant_add_second_factors``."""

from bezant.auth.methods import CODE_INPUT, Answer, Factor, Person, Prompt, SecondFactorMethod

__all__ = ["CODE_INPUT", "Answer", "Factor", "Person", "Prompt", "SecondFactorMethod"]
