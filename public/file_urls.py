"""Addresses of files, the same in every language."""

from django.urls import path

from public import views

app_name = "files"
urlpatterns = [
    path("data/charts/<slug:code>.svg", views.chart_file, name="chart"),
    path("calendar/<slug:language>.ics", views.calendar_file, name="calendar"),
]
