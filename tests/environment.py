"""What the tests run in, set before Django reads its settings: pytest loads this file with `-p tests.environment`.

Eleven thousand tests are objects that stay: whoever looks for rubbish among them after every 700 new ones spends a tenth of the time on it.

Each worker process has a data folder of its own, so keys, media, chain heads and SQLite files never meet. PostgreSQL is used
when GEZHI_DATABASE_URL names a server; otherwise each worker has a SQLite file (threads share a file, never a memory database).
"""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

from gezhi.tenancy.keys import make_key_file


def _own_data_folder() -> str:
    """A fresh folder below the temporary folder, gone when this process ends."""
    folder = tempfile.mkdtemp(prefix="gezhi-test-worker.")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


gc.set_threshold(50_000, 20, 100)
for name in (
    "GEZHI_KEY_FILE",
    "GEZHI_HTTPS",
    "GEZHI_HOSTS",
    "GEZHI_MEDIA_URL",
    "GEZHI_MAIL_URL",
    "GEZHI_MAIL_FROM",
    "GEZHI_WEBHOOK_NETS",
):
    os.environ.pop(name, None)
os.environ["GEZHI_DATA"] = _own_data_folder()
os.environ["GEZHI_LIMITS"] = "off"  # a test that is about limits switches them on
make_key_file(Path(os.environ["GEZHI_DATA"]) / "keys" / "install.key")
