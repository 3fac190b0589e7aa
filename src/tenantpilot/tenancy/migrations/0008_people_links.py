"""One-time links to workspaces, tenants and accounts, and a count that ends all sessions of a person."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import tenantpilot.tenancy.links


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0007_stops"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="sessions_ended",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="AccountLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(default=tenantpilot.tenancy.links.new_nonce, max_length=32)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("setup", "First set-up"), ("recovery", "Recovery of an account")], max_length=16
                    ),
                ),
                ("removes_second_factor", models.BooleanField(default=False)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "account_links",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "setup"), ("person", None)),
                            models.Q(("kind", "recovery"), ("person__isnull", False)),
                            _connector="OR",
                        ),
                        name="account_link_kind_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("person__isnull", False)),
                        fields=("person",),
                        name="account_link_once_per_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(default=tenantpilot.tenancy.links.new_nonce, max_length=32)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("email", models.EmailField(max_length=254)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("manager", "Manager"),
                            ("operator", "Operator"),
                            ("readonly", "Reader"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="tenancy.workspace"
                    ),
                ),
            ],
            options={
                "db_table": "invitations",
                "abstract": False,
                "base_manager_name": "everywhere",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["owner", "manager", "operator", "readonly"])),
                        name="invitation_role_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("tenant", None)),
                        fields=("workspace", "email"),
                        name="invitation_once_to_workspace",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("tenant__isnull", False)),
                        fields=("tenant", "email"),
                        name="invitation_once_to_tenant",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("everywhere", django.db.models.manager.Manager()),
            ],
        ),
    ]
