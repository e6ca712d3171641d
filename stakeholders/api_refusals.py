"""Refusals of the API that DRF has no name for."""

from rest_framework import status
from rest_framework.exceptions import APIException


class VersionNeeded(APIException):
    """A change has to say which version it is made over (R10)."""

    status_code, default_code = status.HTTP_428_PRECONDITION_REQUIRED, "version_needed"


class TooLarge(APIException):
    status_code, default_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too_large"
