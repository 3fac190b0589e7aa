from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0004_without_jit")]
    operations = [
        migrations.CreateModel(
            name="AttemptCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("attempts", models.BigIntegerField(default=0)),
                ("window_began_at", models.DateTimeField()),
                ("known_until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "attempt_counts",
                "indexes": [models.Index(fields=["window_began_at"], name="attempt_count_by_age")],
            },
        ),
    ]
