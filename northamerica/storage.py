"""How static files are stored."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names with the content's hash, and gzip copies; Brotli would cost twenty seconds at each start."""

    def create_compressor(self, **kwargs):
        return super().create_compressor(**kwargs, use_brotli=False)
