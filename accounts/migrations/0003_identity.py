"""Other ways to sign in, and the merge of two accounts of one person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.migrations_sql import append_only

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def account(name, kind=models.ForeignKey):
    return kind(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=settings.AUTH_USER_MODEL)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_assurance")]
    operations = [
        migrations.AddField(
            "account",
            "merged_into",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            "IdentityLink",
            [
                ID,
                ("provider", models.CharField(max_length=20)),
                ("subject_index", models.CharField(max_length=64)),
                ("linked_at", models.DateTimeField()),
                ("account", account("identities")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "subject_index"), name="one_account_an_identity")
                ]
            },
        ),
        migrations.CreateModel(
            "SignIn",
            [
                ID,
                ("at", models.DateTimeField()),
                ("way", models.CharField(max_length=20)),
                ("address", models.CharField(max_length=45)),
                ("account", account("sign_ins")),
            ],
            options={"indexes": [models.Index(fields=["account", "-at"], name="accounts_si_account_idx")]},
        ),
        migrations.CreateModel(
            "AccountMerge",
            [
                ID,
                ("proof", models.CharField(max_length=20)),
                ("moved", models.JSONField()),
                ("at", models.DateTimeField()),
                ("kept", account("merges")),
                ("emptied", account("merge", models.OneToOneField)),
            ],
        ),
        append_only("accounts_accountmerge"),
    ]
