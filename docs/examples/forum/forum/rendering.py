"""How forms look."""

from django.forms.renderers import DjangoTemplates, TemplatesSetting


class FormRenderer(TemplatesSetting):
    """
    Takes the forum's templates for fields and errors, Django's for controls.

    Django's own templates are found without ``django.forms`` among the apps.
    """

    field_template_name = "forum/field.html"

    def get_template(self, template_name: str):  # type: ignore[no-untyped-def]
        """Return one of the forum's templates by its folder, or one of Django's."""
        if template_name.startswith("forum/"):
            return super().get_template(template_name)
        return DjangoTemplates().get_template(template_name)
