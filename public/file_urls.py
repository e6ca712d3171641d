"""Addresses of files, the same in every language."""

from django.urls import path

from public import views

app_name = "files"
urlpatterns = [
    path("data/indicators/<slug:code>.csv", views.csv_file, name="csv"),
    path("data/indicators/<slug:code>.xlsx", views.workbook_file, name="workbook"),
    path("data/charts/<slug:code>.svg", views.chart_file, name="chart"),
    path("calendar/<slug:language>.ics", views.calendar_file, name="calendar"),
    path("feeds/<slug:language>/changes.atom", views.changes_feed, name="changes-feed"),
    path("evidence/<int:pk>/", views.evidence_file, name="evidence"),
]
