"""Which catalogue texts exist in three languages."""

from modeltranslation.translator import TranslationOptions, register

from goals.models import Assumption, Goal


@register(Goal)
class GoalTranslation(TranslationOptions):
    fields = ("name", "statement")


@register(Assumption)
class AssumptionTranslation(TranslationOptions):
    fields = ("text",)
