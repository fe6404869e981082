"""Static files: hashed and compressed names once they are collected, plain ones before (tests, a fresh checkout)."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's hashed files; without a manifest the plain name."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """`app.css` → `app.0123456789ab.css` when collected."""
        return str(super().stored_name(name)) if self.hashed_files else name
