"""Addresses of the public pages; the words in them are translated, the codes are not."""

app_name = "public"
urlpatterns: list = []
