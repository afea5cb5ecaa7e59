"""Numbers from before the pool had categories get theirs."""

from django.db import migrations

from numbers import plan


def fill(apps, schema_editor):
    for number in apps.get_model("numbers", "Number").objects.filter(category="other").iterator():
        number.category, number.region = plan.category_of(number.number), plan.region_of(number.number)
        number.save(update_fields=["category", "region"])


class Migration(migrations.Migration):
    dependencies = [("numbers", "0003_number_pool")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
